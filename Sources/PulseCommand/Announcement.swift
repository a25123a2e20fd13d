import ServiceLifecycle

/// Prints where the server is, when it runs.
///
/// A service, because it is printed when the others run.
struct Announcement: Service {
    let line: String

    func run() async throws {
        CommandOutput.line(line)
        try? await gracefulShutdown()
    }
}
