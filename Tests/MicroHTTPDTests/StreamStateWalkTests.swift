import TestSupport
internal import Testing
@testable internal import MicroHTTPD

@Suite("StreamState, random walks")
struct StreamStateWalkTests {
    @Test(
        "resumes once for each suspension, cuts no frame, and leaves nobody waiting at the end",
        arguments: 0..<200 as Range<UInt64>)
    func walk(seed: UInt64) throws {
        var walk = Walk(seed: seed)
        for _ in 0..<400 { try walk.step() }
        try walk.settle()
        try walk.finish()
    }
}

/// Drives a state machine and a handful of clients at random, as the library's thread and a
/// publisher may, and checks after each step what must hold.
private struct Walk {
    private struct Member {
        var client: TestClient
        var isSuspended = false
        var hasEnded = false
    }

    // Slices of two: with a dozen clients, most have to wait for their turn.
    private var streams = StreamState<Int, LatestUpdate>(queue: WakeQueue(smallestSlice: 2))
    private var members: [Member] = []
    private var random: SeededGenerator
    private var sequence = 0
    private var beats = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<5 where members.count < 12: join()
        case ..<25: try publish()
        case ..<35: try beat()
        default: try read()
        }
        try checkWaiting()
    }

    /// Lets every client read all there is: nobody may be forgotten.
    mutating func settle() throws {
        while let ready = members.indices.first(where: { !members[$0].isSuspended }) {
            try read(ready)
        }
        for member in members { try checkIsCurrent(member.client) }
    }

    /// Ends the stream and lets every client read to its end.
    mutating func finish() throws {
        streams.finish()
        try wake()
        try #require(members.allSatisfy { !$0.isSuspended }, "the end is for all at once")
        join()
        for index in members.indices {
            while !members[index].hasEnded { try read(index) }
        }
        #expect(streams.waiting.isEmpty)
        for member in members { try checkFrames(of: member.client.received) }
    }

    private mutating func join() {
        let known =
            Bool.random(using: &random)
            ? nil : UInt64(Int.random(in: 0...sequence + 1, using: &random))
        members.append(
            Member(client: TestClient(members.count, of: streams, preamble: "<p:>", known: known)))
    }

    private mutating func publish() throws {
        sequence += 1
        let filler = Int.random(in: 0...40, using: &random)
        streams.publish(.numbered(sequence, filler: filler), sequence: UInt64(sequence))
        try wake()
    }

    private mutating func beat() throws {
        beats += 1
        streams.beat(Array("<b\(beats):>".utf8))
        try wake()
    }

    private mutating func wake() throws {
        var resumed: [Int] = []
        streams.wake { resumed.append($0) }
        for index in resumed {
            try #require(members[index].isSuspended, "only who is suspended may be resumed, once")
            members[index].isSuspended = false
        }
    }

    private mutating func read() throws {
        let ready = members.indices.filter { !members[$0].isSuspended && !members[$0].hasEnded }
        guard let index = ready.randomElement(using: &random) else { return }
        try read(index)
    }

    private mutating func read(_ index: Int) throws {
        let capacity = Int.random(in: 1...50, using: &random)
        switch members[index].client.read(from: &streams, capacity: capacity) {
        case .filled(let count):
            try #require(count > 0 && count <= capacity, "0 without a suspension spins")
        case .suspend:
            try #require(!streams.isFinished, "nobody may wait after the end")
            members[index].isSuspended = true
            try #require(members[index].client.cursor.isIdle, "waits with bytes on their way")
            try checkIsCurrent(members[index].client)
        case .end:
            try #require(streams.isFinished)
            members[index].hasEnded = true
            try checkIsCurrent(members[index].client)
        }
        try wake()
    }

    private func checkWaiting() throws {
        let suspended = members.indices.filter { members[$0].isSuspended }
        try #require(streams.waiting.sorted() == suspended)
    }

    /// Who waits, or has ended, has the newest update.
    private func checkIsCurrent(_ client: TestClient) throws {
        guard sequence > 0 else { return }
        try #require(client.cursor.position == UInt64(sequence))
    }

    /// A client's bytes are whole frames; updates only go forward; a change follows its predecessor.
    private func checkFrames(of received: String) throws {
        var newest = 0
        var newestBeat = 0
        for frame in received.split(separator: "<") {
            try #require(frame.last == ">", "a frame was cut: \(frame)")
            let number = Int(frame.dropFirst().prefix { $0 != ":" }) ?? 0
            switch frame.first {
            case "s":
                try #require(number > newest)
                newest = number
            case "c":
                try #require(
                    newest == 0 || number == newest + 1, "change \(number) after \(newest)")
                newest = number
            case "b":
                try #require(number > newestBeat)
                newestBeat = number
            default:
                try #require(frame == "p:>")
            }
        }
    }
}
