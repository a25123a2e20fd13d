/// Whether a run is alive, as judged from what arrived and when.
public enum Liveness: String, Sendable, Hashable, CaseIterable {
    /// Idle, or nothing has arrived yet.
    case waiting
    /// Running, and heard of lately.
    case live
    /// Running by its last word, but silent for too long: it may be dead.
    case stale
    /// Done or failed, by its own word.
    case finished
}
