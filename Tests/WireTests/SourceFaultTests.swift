import PulseMonitor
import TestSupport
internal import Pulse
internal import PulseServer
internal import Testing

@Suite("What a bad status file does to a server", .ownThread, .timeLimit(.minutes(1)))
struct SourceFaultTests {
    /// Something that is no document, in place of the status file.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What `source` says then.
        let source: String
        let put: @Sendable (_ directory: TemporaryDirectory, _ name: String) throws -> Void

        static let all = [
            Fault("no file", "missing") { _, _ in },
            Fault("a link to nothing", "missing") { $0.makeLink($1, to: "/nonexistent") },
            Fault("an empty file", "invalid") { try $0.write("", to: $1) },
            Fault("half a document", "invalid") {
                try $0.write(String(try TrainingStatus.running().document.dropLast(9)), to: $1)
            },
            Fault("a NaN loss", "invalid") {
                let document = try TrainingStatus.running().document
                try $0.write(document.replacing("0.25", with: "NaN"), to: $1)
            },
            Fault("10 MB", "invalid") {
                try $0.write(String(repeating: "x", count: 10_000_000), to: $1)
            },
            Fault("a sparse terabyte", "invalid") { try $0.makeSparseFile($1, size: 1 << 40) },
            Fault("a byte order mark", "invalid") {
                try $0.write("\u{feff}" + (try TrainingStatus.running().document), to: $1)
            },
            Fault("a directory", "unreadable") { try $0.makeDirectory($1) },
            Fault("a FIFO", "unreadable") { $0.makeFIFO($1) },
            Fault("a device", "unreadable") { $0.makeLink($1, to: "/dev/zero") },
            Fault("a loop of links", "unreadable") { $0.makeLink($1, to: $1) },
        ]

        private init(
            _ name: String, _ source: String,
            put: @escaping @Sendable (TemporaryDirectory, String) throws -> Void
        ) {
            testDescription = name
            self.source = source
            self.put = put
        }
    }

    @Test(
        "the last good state stays, marked with the reason, and the next good one is served",
        arguments: Fault.all)
    func recovers(fault: Fault) async throws {
        try await RunningServer.with { configuration, directory in
            configuration.pollInterval = .milliseconds(50)
            try TrainingStatus.running().replace(directory.file("status.json"))
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("progress")
            server.directory.remove("status.json")
            try fault.put(server.directory, "status.json")
            let document = try TrainingStatus.running().document
            var progress = try #require(try stream.next("progress"))
            // The file was away for a moment.
            if !progress.data.contains("\"source\": \"\(fault.source)\"") {
                progress = try #require(try stream.next("progress"))
            }
            #expect(progress.data.contains("\"source\": \"\(fault.source)\", \"source_error\": \""))
            let reply = try server.request("GET", "/status")
            #expect(reply.text == document)
            #expect(reply["Pulse-Source"] == fault.source)
            #expect(try server.request("GET", "/metrics").text.contains("\npulse_source_valid 0\n"))

            server.directory.remove("status.json")
            let next = try TrainingStatus.running(epoch: 2.75)
            try next.replace(server.statusFile)
            #expect(try stream.next("status")?.data == next.document)
            #expect(try server.request("GET", "/status")["Pulse-Source"] == "ok")
            #expect(server.log.all.contains { $0.hasPrefix("warning source is \(fault.source): ") })
        }
    }

    @Test(
        "at the start there is nothing to serve: 503 with the reason, until the first good state",
        arguments: Fault.all)
    func atTheStart(fault: Fault) async throws {
        try await RunningServer.with { configuration, directory in
            configuration.pollInterval = .milliseconds(50)
            try fault.put(directory, "status.json")
        } _: { server in
            let stream = try server.events()
            let first = try #require(try stream.next())
            for path in ["/status", "/progress", "/history"] {
                let reply = try server.request("GET", path)
                #expect(reply.status == (fault.source == "missing" ? 200 : 503), "\(path)")
                if reply.status == 503 {
                    #expect(reply["Content-Type"] == "application/problem+json")
                    #expect(reply["Retry-After"] == "2")
                    #expect(first.name == "problem")
                }
            }
            #expect(try server.request("GET", "/livez").status == 200)
            #expect(try server.request("GET", "/readyz").status == 200)

            server.directory.remove("status.json")
            let next = try TrainingStatus.running()
            try next.replace(server.statusFile)
            var status = try stream.next("status")
            // Without a file the stream begins with the state that waits for one.
            if status?.data != next.document { status = try stream.next("status") }
            #expect(status?.data == next.document)
        }
    }

    @Test("a replaced, removed and recreated directory is found again")
    func directoryRecreated() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.pollInterval = .milliseconds(50)
            try directory.makeDirectory("job")
            configuration.statusFile = directory.file("job/status.json")
            try TrainingStatus.running(epoch: 1).replace(configuration.statusFile)
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("progress")
            let file = server.directory.file("job/status.json")
            for epoch in [1.25, 1.5, 1.75] {
                server.directory.rename("job", to: "job \(epoch)")
                while try stream.next("progress")?.data.contains(#""source": "missing""#) == false {
                }
                try server.directory.makeDirectory("job")
                let status = try TrainingStatus.running(epoch: epoch)
                try status.replace(file)
                #expect(try stream.next("status")?.data == status.document)
            }
        }
    }

    @Test("one line is logged at each change, however often the file is looked at")
    func logLines() async throws {
        try await RunningServer.with { configuration, directory in
            configuration.pollInterval = .milliseconds(5)
            try TrainingStatus.running().replace(directory.file("status.json"))
        } _: { server in
            let stream = try server.events()
            _ = try stream.next("progress")
            try server.directory.write("[1]", to: "status.json")
            _ = try stream.next("progress")
            var reads = 0
            while reads < 50 {
                let metrics = try server.request("GET", "/metrics").text
                let line = try #require(
                    metrics.firstMatch(of: /\npulse_source_reads_total (\d+)\n/))
                reads = try #require(Int(line.1))
            }
            #expect(
                server.log.all.filter { $0.hasPrefix("warning source is invalid: ") }.count == 1)
        }
    }
}
