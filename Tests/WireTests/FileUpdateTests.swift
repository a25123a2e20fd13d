import PulseMonitor
internal import Foundation
internal import Pulse
internal import PulseServer
internal import TestSupport
internal import Testing

@Suite("A replaced file", .ownThread, .timeLimit(.minutes(1)))
struct FileUpdateTests {
    @Test("reaches a stream without waiting for the poll, where inotify is")
    func watched() async throws {
        try await RunningServer.with { configuration, directory in
            // Only a watch can be faster than the test's patience.
            configuration.pollInterval = .seconds(3_600)
            try TrainingStatus.running(epoch: 0, of: 100).replace(directory.file("status.json"))
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("status")
            for epoch in 1...20 {
                let status = try TrainingStatus.running(epoch: Double(epoch), of: 100)
                try status.replace(server.statusFile)
                #expect(try stream.next("status")?.data == status.document)
            }
        }
    }

    @Test("reaches a stream within the poll interval where inotify isn't")
    func polled() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.watchesDirectory = false
            configuration.pollInterval = .milliseconds(20)
            try TrainingStatus.running(epoch: 0).replace(directory.file("status.json"))
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("status")
            let status = try TrainingStatus.running(epoch: 1)
            try status.replace(server.statusFile)
            #expect(try stream.next("status")?.data == status.document)
        }
    }

    @Test("is noticed although size and modification time are the old ones")
    func sameSizeAndTime() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.watchesDirectory = false
            configuration.pollInterval = .milliseconds(20)
            try TrainingStatus.running(epoch: 1.5).replace(directory.file("status.json"))
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("status")
            let old = try FileManager.default.attributesOfItem(atPath: server.statusFile)
            let twin = server.directory.file("twin.json")
            let status = try TrainingStatus.running(epoch: 1.7)
            try status.replace(twin)
            let date = try #require(old[.modificationDate] as? Date)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: twin)
            server.directory.rename("twin.json", to: "status.json")
            #expect(try stream.next("status")?.data == status.document)
        }
    }

    @Test("a thousand times in a row, is never seen mixed, by requests or streams")
    func thousandReplaces() async throws {
        try await RunningServer.serving(Self.state(0)) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...1_000 { try Self.state(number).replace(server.statusFile) }
                }
                for _ in 0..<2 {
                    group.addTask {
                        let client = try server.connect()
                        var newest = 0
                        while newest < 1_000 {
                            let reply = try client.request("GET", "/status")
                            try #require(reply["Pulse-Source"] == "ok")
                            newest = try Self.check(reply.body, isNewerThan: newest - 1)
                        }
                    }
                    group.addTask {
                        let stream = try server.events()
                        var newest = -1
                        while newest < 1_000 {
                            let event = try #require(try stream.next())
                            try #require(event.name != "problem")
                            if event.name == "progress" {
                                try #require(event.data.contains(#""source": "ok""#))
                            }
                            guard event.name == "status" else { continue }
                            newest = try Self.check(Array(event.data.utf8), isNewerThan: newest)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// A state whose fields all tell its number.
    private static func state(_ number: Int) throws -> TrainingStatus {
        try .running(
            epoch: Double(number), of: 1_000, loss: Double(number) / 2,
            message: String(repeating: "\(number) ", count: number % 97), timestamp: Int64(number))
    }

    /// The number of a state that was served whole.
    private static func check(_ body: [UInt8], isNewerThan newest: Int) throws -> Int {
        let status = try PulseDecoder.decode(body)
        let number = Int(status.timestamp)
        let written = try state(number)
        try #require(status == written)
        try #require(number > newest)
        return number
    }
}
