internal import Testing
@testable internal import MicroHTTPD

@Suite("ChangeList")
struct ChangeListTests {
    private var list = ChangeList()

    init() {
        list.announce(ready: { Array("ready:\($0)".utf8) }, reset: Array("reset".utf8))
    }

    private mutating func put(_ key: String, _ value: Int = 0) {
        list.put(key) { Array("\(key)=\(value):\($0)".utf8) }
    }

    private mutating func remove(_ key: String) {
        list.remove(key) { Array("gone \(key):\($0)".utf8) }
    }

    private mutating func read(_ position: inout ChangeList.Position) -> [String] {
        var events: [String] = []
        while let bytes = list.next(after: &position) {
            events.append(String(decoding: bytes, as: UTF8.self))
        }
        return events
    }

    @Test("gives a new client each thing once, in the order of its last change, then ready")
    mutating func join() {
        put("a")
        put("b")
        put("a", 1)
        var client = list.position(known: nil)
        #expect(read(&client) == ["b=0:2", "a=1:3", "ready:3"])
        #expect(read(&client).isEmpty)
    }

    @Test("is ready at once where there is nothing")
    mutating func empty() {
        var client = list.position(known: nil)
        #expect(read(&client) == ["ready:0"])
        put("a")
        #expect(read(&client) == ["a=0:1"])
    }

    @Test("gives of a thing that changed several times the newest state alone")
    mutating func latestWins() {
        put("a")
        var client = list.position(known: nil)
        _ = read(&client)
        for value in 1...100 { put("a", value) }
        put("b")
        #expect(read(&client) == ["a=100:101", "b=0:102"])
    }

    @Test("is ready behind what was there at its first read, whatever changes meanwhile")
    mutating func readyWhileChanging() {
        put("a")
        put("b")
        var client = list.position(known: nil)
        #expect(list.next(after: &client) == Array("a=0:1".utf8))
        put("a", 1)
        put("b", 1)
        #expect(read(&client) == ["ready:2", "a=1:3", "b=1:4"])
    }

    @Test("tells who had a thing that it is gone, and nobody else")
    mutating func gone() {
        put("a")
        put("b")
        var old = list.position(known: nil)
        _ = read(&old)
        remove("a")
        remove("a")
        remove("never")
        #expect(read(&old) == ["gone a:3"])
        var new = list.position(known: nil)
        #expect(read(&new) == ["b=0:2", "ready:3"])
        put("a", 7)
        #expect(read(&old) == ["a=7:4"])
        #expect(read(&new) == ["a=7:4"])
    }

    @Test("tells of what goes during the first walk")
    mutating func goneWhileJoining() {
        put("a")
        put("b")
        var client = list.position(known: nil)
        #expect(list.next(after: &client) == Array("a=0:1".utf8))
        remove("a")
        #expect(read(&client) == ["b=0:2", "ready:2", "gone a:3"])
    }

    @Test("goes on where a client was, and says ready there, too")
    mutating func known() {
        put("a")
        put("b")
        remove("a")
        var client = list.position(known: 2)
        #expect(read(&client) == ["gone a:3", "ready:3"])
    }

    @Test(
        "has a client forget what it has, and begins anew, for a number that was never given here",
        arguments: [3, UInt64.max])
    mutating func neverGiven(_ number: UInt64) {
        put("a")
        put("b")
        var client = list.position(known: number)
        #expect(read(&client) == ["reset", "a=0:1", "b=0:2", "ready:2"])
        #expect(read(&client).isEmpty)
    }

    @Test("takes 0 for a client that has nothing")
    mutating func nothing() {
        put("a")
        var client = list.position(known: 0)
        #expect(read(&client) == ["a=0:1", "ready:1"])
    }

    @Test("lets a client begin anew that missed more than is kept of what went")
    mutating func reset() {
        put("stays")
        var away = list.position(known: nil)
        _ = read(&away)
        for number in 0...ChangeList.goneLimit {
            put("\(number)")
            remove("\(number)")
        }
        let newest = list.sequence
        #expect(read(&away) == ["reset", "stays=0:1", "ready:\(newest)"])
        #expect(read(&away).isEmpty)
    }

    @Test("renders once for all")
    mutating func shared() {
        let count = Counter()
        list.put("a") { _ in
            count.value += 1
            return [1]
        }
        for _ in 0..<3 {
            var client = list.position(known: nil)
            _ = read(&client)
        }
        #expect(count.value == 1)
    }

    @Test("agrees with a map of what there is, whatever happens", arguments: 0..<20)
    mutating func walk(seed: UInt64) {
        var random = SplitMix(state: seed)
        var truth: [String: Int] = [:]
        var clients = (0..<4).map { _ in (list.position(known: nil), [String: Int]()) }
        for step in 0..<3_000 {
            let key = "k\(Int.random(in: 0..<40, using: &random))"
            if Int.random(in: 0..<3, using: &random) == 0 {
                remove(key)
                truth[key] = nil
            } else {
                put(key, step)
                truth[key] = step
            }
            let index = Int.random(in: 0..<40, using: &random)
            if index < clients.count {
                for event in read(&clients[index].0) { apply(event, to: &clients[index].1) }
                #expect(clients[index].1 == truth)
            }
        }
    }

    private func apply(_ event: String, to state: inout [String: Int]) {
        let text = event.split(separator: ":")[0]
        if text == "reset" { state = [:] }
        if text.hasPrefix("gone ") { state[String(text.dropFirst(5))] = nil }
        let parts = text.split(separator: "=")
        if parts.count == 2 { state[String(parts[0])] = Int(parts[1]) }
    }
}

/// Counts from whatever thread; the tests use one.
private final class Counter: @unchecked Sendable {
    var value = 0
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
