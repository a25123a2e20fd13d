public import Pulse

/// Something that happened to a source's run, in the order in which it did.
///
/// Everybody who follows a run follows these: the curve, transitions, the log, metrics, systemd.
/// Nothing is found out a second time by comparing two states.
public enum RunEvent: Sendable, Equatable {
    /// The newest accepted document: what is served from here on.
    case document(PulseDocument)
    /// A run has begun with this document: its first attempt, or the one that its trainer names.
    case began(RunID, attempt: Int, PulseDocument)
    /// The run goes on with another attempt, from this epoch.
    case resumed(RunID, attempt: Int, epoch: Double)
    /// The run that began last is the next attempt of the one before it, resumed at this epoch:
    /// from here on it has that one's id.
    case joined(RunID, to: RunID, attempt: Int, epoch: Double)
    /// The curve has grown by a point.
    case point(PulseDocument)
    /// The run is over.
    case ended(RunID, RunEnding)
    /// The run has been silent for too long.
    case stale
    /// A stale run has given a sign of life.
    case recovered
    /// What can be said of the source has changed: its state, or the reason.
    case sourceChanged(SourceState, PulseError?)
    /// The source can't be read, or holds no valid document, while that matters.
    case sourceFailed
    /// The source is well again, or doesn't matter any more.
    case sourceRecovered
}

/// How a run ended.
public enum RunEnding: String, Sendable, CaseIterable {
    /// Well, by the trainer's own status.
    case done
    /// It failed, by the trainer's own status.
    case error
    /// Without a status of its own: another run, or a job that waits, took its place.
    case replaced
}
