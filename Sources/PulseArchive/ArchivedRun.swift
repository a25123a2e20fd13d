public import Pulse
public import PulseMonitor

/// What the archive knows of one run, its curve apart.
public struct ArchivedRun: Sendable, Equatable {
    /// The run.
    public let id: RunID
    /// Its newest attempt, from 1.
    public let attempt: Int
    /// The newest document that was accepted.
    public let status: TrainingStatus
    /// How it ended; nil of a current run.
    public let ending: RunEnding?
    /// When it ended, by the server's clock: unix seconds.
    public let ended: Int64?
    /// When the newest document arrived, by the server's clock: unix seconds.
    public let updated: Int64
    /// Whether it is the current run of its source.
    public let isCurrent: Bool
}

/// A point of an archived curve.
public struct ArchivedPoint: Sendable, Equatable {
    /// Unix time in seconds, by the trainer's clock.
    public let timestamp: Int64
    /// Epochs done.
    public let epoch: Double
    /// The loss.
    public let loss: Double
    /// Which attempt told it, from 1.
    public let attempt: Int
}
