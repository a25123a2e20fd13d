import Glibc
import ServiceLifecycle

/// Gives SIGTERM and SIGINT back to the system when a graceful shutdown begins, so that a second
/// one ends the process at once.
struct SecondSignal: Service {
    func run() async throws {
        try? await gracefulShutdown()
        for number in [SIGTERM, SIGINT] {
            _ = signal(number, SIG_DFL)
        }
    }
}
