import ServiceLifecycle

/// Prints the line that says where the server is, once it can be relied on, and lets go of what only
/// the start needed.
///
/// A service, because a service group traps signals before it runs services: whoever has read the
/// line may send one, and gets a graceful end.
struct Announcement: Service {
    let line: String

    func run() async throws {
        CommandOutput.line(line)
        StartupPages.release()
        try? await gracefulShutdown()
    }
}
