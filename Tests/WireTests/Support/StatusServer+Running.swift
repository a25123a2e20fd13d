import PulseMonitor
import TestSupport
internal import Logging
internal import Pulse
internal import ServiceLifecycle
@testable internal import PulseServer

/// A status server that runs in this process, on a port of its own, over a file of its own.
struct RunningServer: Sendable {
    let directory: TemporaryDirectory
    let port: Int
    let statusFile: String
    let log: LogLines
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Runs a server while `body` does, then ends it gracefully.
    ///
    /// - Parameters:
    ///   - clock: what the server takes for the time.
    ///   - prepare: sets what differs from the defaults, before the server starts; also the place
    ///     for files that are there from the beginning.
    static func with<Result>(
        clock: MonitorClock = .system,
        _ prepare: (inout StatusServerConfiguration, TemporaryDirectory) throws -> Void = { _, _ in
        },
        _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        let directory = try TemporaryDirectory()
        let statusFile = directory.file("status.json")
        var configuration = StatusServerConfiguration(statusFile: statusFile, limit: .raise())
        configuration.port = 0
        try prepare(&configuration, directory)
        let log = LogLines()
        let logger = Logger(label: "pulse") { _ in log.handler }
        let server = try StatusServer(
            configuration: configuration, clock: clock, logger: logger)
        let group = ServiceGroup(
            services: [server], logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() })
        // Unstructured: the server's services belong on the threads that all tasks share.
        let task = Task { try await group.run() }
        let running = RunningServer(
            directory: directory, port: server.port, statusFile: statusFile, log: log, group: group,
            task: task)
        do {
            let result = try await body(running)
            await group.triggerGracefulShutdown()
            try await task.value
            return result
        } catch {
            await group.triggerGracefulShutdown()
            try await task.value
            throw error
        }
    }

    /// Runs a server over a file that holds `status`.
    static func serving<Result>(
        _ status: TrainingStatus, _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        try await with { _, directory in
            try directory.write(status.document, to: "status.json")
        } _: { server in
            try await body(server)
        }
    }

    /// Runs a server with a running job and a small panel.
    static func withPanel<Result>(
        _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        try await withPanel({ _, _ in }, body)
    }

    static func withPanel<Result>(
        _ prepare: (inout StatusServerConfiguration, TemporaryDirectory) throws -> Void,
        _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        let status = try TrainingStatus.running()
        return try await with { configuration, directory in
            try directory.write(status.document, to: "status.json")
            try directory.makeDirectory("public/nested")
            try directory.write("<!doctype html>", to: "public/index.html")
            try directory.write("export {}", to: "public/panel.js")
            try directory.write("<p>nested", to: "public/nested/index.html")
            try directory.write("secret", to: "public/.hidden")
            configuration.publicDirectory = directory.file("public")
            try prepare(&configuration, directory)
        } _: { server in
            try await body(server)
        }
    }

    /// Runs a server without a status file.
    static func with<Result>(
        _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        try await with({ _, _ in }, body)
    }

    func connect(receiveBuffer: Int32? = nil) throws -> RawClient {
        try RawClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// One request on a connection of its own.
    func request(
        _ method: String = "GET", _ target: String, host: String = "localhost",
        fields: [String] = []
    ) throws -> HTTPReply {
        try connect().request(method, target, host: host, fields: fields)
    }

    func events(fields: [String] = []) throws -> EventStream {
        try EventStream(connect(), fields: fields)
    }

    /// Begins the graceful shutdown, as SIGTERM does.
    func beginShutdown() async {
        await group.triggerGracefulShutdown()
    }

    /// Returns when the server has ended.
    func ended() async {
        _ = await task.result
    }
}
