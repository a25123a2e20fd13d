import Foundation
import Testing

@testable import PulseRun

@Suite("OutputRelayProcess", .timeLimit(.minutes(1)))
struct OutputRelayProcessTests {
    /// Asks an output relay that does `act` with its end when a question has come.
    private func answer(_ act: @escaping @Sendable (Int32) -> Void) throws -> FoundReason? {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let isMade = unsafe socketpair(AF_UNIX, type, 0, &pair) == 0
        try #require(isMade)
        let (ours, theirs) = (pair[0], pair[1])
        defer { close(ours) }
        Thread.detachNewThread {
            var question = pollfd(fd: theirs, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&question, 1, -1)
            act(theirs)
            close(theirs)
        }
        return OutputRelayProcess.reason(ours)
    }

    private static let reason = FoundReason("ValueError: bad", worth: .exception)

    private static func write(_ bytes: [UInt8], on descriptor: Int32) {
        _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func readQuestion(on descriptor: Int32) {
        var byte: UInt8 = 0
        _ = unsafe recv(descriptor, &byte, 1, 0)
    }

    @Test("gives the answer to a question")
    func answered() throws {
        let line = try answer {
            Self.readQuestion(on: $0)
            Self.write(Self.reason.packet, on: $0)
        }
        #expect(line == Self.reason)
    }

    @Test("gives the answer of an output relay that has ended without reading the question")
    func endedBefore() throws {
        // A race of three parties: often enough, each order comes.
        for _ in 0..<500 {
            let line = try answer { Self.write(Self.reason.packet, on: $0) }
            #expect(line == Self.reason)
        }
    }

    @Test("knows none when there was no line, or no output relay")
    func none() throws {
        #expect(try answer { Self.write(OutputRelayProcess.noReason, on: $0) } == nil)
        #expect(try answer { _ in } == nil)
    }
}
