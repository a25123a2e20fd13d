import Glibc
import ServiceLifecycle
import UnixSignals

/// SIGTERM and SIGINT: the first one ends a group of services gracefully, a second one ends the
/// process at once.
///
/// A service group by itself traps signals when it runs its services, and a server listens before
/// that: whoever sees the port answer may send one already. So they are trapped when this is made, and
/// one that comes before the group runs is kept until it does.
struct StopSignals: Service {
    private static let signals: [UnixSignal] = [.sigterm, .sigint]

    private let arrivals: UnixSignalsSequence

    /// Returns when the signals are trapped.
    init() async {
        arrivals = await UnixSignalsSequence(trapping: Self.signals)
    }

    /// This service for a group, which ends with it.
    var ending: ServiceGroupConfiguration.ServiceConfiguration {
        .init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)
    }

    /// Waits for the first signal, or for a graceful shutdown for another reason, and gives the
    /// signals back to the system.
    func run() async throws {
        for await _ in arrivals.cancelOnGracefulShutdown() { break }
        for number in Self.signals { _ = signal(number.rawValue, SIG_DFL) }
    }
}
