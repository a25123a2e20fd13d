import ServiceLifecycle

/// Prints the line that says where the server is, once it can be relied on.
///
/// A service, because it is printed when the others run.
struct Announcement: Service {
    let line: String

    func run() async throws {
        CommandOutput.line(line)
        try? await gracefulShutdown()
    }
}
