import Foundation
import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("FilePoll")
struct FilePollTests {
    private let directory: TemporaryDirectory
    private let path: String
    private var poll: FilePoll
    private var now = Duration.zero

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("status.json")
        poll = FilePoll(reader: StatusFileReader(path: path), pollInterval: .seconds(2))
    }

    private mutating func next(after milliseconds: Int = 0) -> SourceDelivery {
        now += .milliseconds(milliseconds)
        return poll.next(at: now)
    }

    private func write(epoch: Double) throws -> TrainingStatus {
        let status = try TrainingStatus.sample(epoch: epoch)
        try StatusFileWriter(path: path).write(status)
        return status
    }

    private func reasons(_ delivery: SourceDelivery) -> [PulseError.Reason] {
        delivery.events.compactMap {
            switch $0 {
            case .failed(let error), .faltered(let error): error.reason
            default: nil
            }
        }
    }

    @Test("delivers what it found, each poll")
    mutating func plain() throws {
        #expect(reasons(next()) == [.missing])
        let status = try write(epoch: 1)
        #expect(next().events == [.accepted(status)])
        #expect(next().events == [.unchanged])
        try directory.write("{\"a\": 1}", to: "status.json")
        for _ in 0..<3 {
            let delivery = next()
            #expect(reasons(delivery) == [.unknownField])
            #expect(delivery.nextWithin == .seconds(2))
        }
    }

    @Test(
        "half a document, or no file after a good one, means nothing for a moment",
        arguments: ["{\"status\": \"run", "", nil])
    mutating func falters(content: String?) throws {
        _ = try write(epoch: 1)
        _ = next()
        if let content {
            try directory.write(content, to: "status.json")
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        for _ in 0..<4 {
            let delivery = next(after: 49)
            guard case .faltered = delivery.events[0] else {
                Issue.record("\(delivery.events)")
                return
            }
            #expect(delivery.nextWithin < .seconds(1))
        }
        let delivery = next(after: 60)
        guard case .failed = delivery.events[0] else {
            Issue.record("\(delivery.events)")
            return
        }
        #expect(delivery.nextWithin == .seconds(2))
    }

    @Test("a writer that removes and creates is never missing")
    mutating func removesAndCreates() throws {
        _ = try write(epoch: 1)
        _ = next()
        for epoch in 2...5 {
            try FileManager.default.removeItem(atPath: path)
            #expect(next(after: 1_000).nextWithin == .milliseconds(50))
            let status = try write(epoch: Double(epoch))
            #expect(next(after: 50).events == [.accepted(status)])
        }
    }

    @Test("a directory in the file's place is unreadable")
    mutating func directoryInPlace() {
        var poll = FilePoll(
            reader: StatusFileReader(path: directory.path), pollInterval: .seconds(2))
        #expect(reasons(poll.next(at: .zero)) == [.notRegular])
    }
}
