import PulseServer
import ServiceLifecycle
import UnixSignals

/// SIGHUP: has a server read its certificate and its token again, as daemons do.
struct ReloadSignals: Service {
    private let arrivals: UnixSignalsSequence
    private let server: StatusServer

    /// Returns when the signal is trapped.
    init(for server: StatusServer) async {
        self.server = server
        arrivals = await UnixSignalsSequence(trapping: .sighup)
    }

    func run() async throws {
        for await _ in arrivals.cancelOnGracefulShutdown() { server.reload() }
    }
}
