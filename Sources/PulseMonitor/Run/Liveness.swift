/// Whether a run is alive, as judged from what arrived and when.
public enum Liveness: String, Sendable, Hashable, CaseIterable {
    /// Idle, or nothing has arrived yet.
    case waiting
    /// It says that it is running, and gave a sign of life lately.
    case live
    /// It says that it is running, but has been silent for too long: it may be dead.
    case stale
    /// Done or failed, by its own status.
    case finished
}
