public import Pulse

/// Where the states of one run come from: the seam between Pulse and the file, or a key in NATS.
public protocol StatusSource: Sendable {
    /// Everything known now. Cheap, from any thread.
    var report: SourceReport { get }

    /// Looks for news until the task is cancelled, and calls `onLook` after each look.
    func run(onLook: @escaping @Sendable () -> Void) async
}

/// All that a source knows: cumulative, so that a reader that skips one loses no state.
public struct SourceReport: Sendable {
    /// The last good state; nil when there was none yet.
    public var lastGood: TrainingStatus?
    /// How many good states have arrived; the same state written again counts again.
    public var accepted = 0
    /// Why the newest look found no good state; nil while the source is ok.
    public var error: PulseError?
    /// How many times the source was looked at.
    public var reads = 0
    /// How many looks failed, for each reason.
    public var failures: [PulseError.Reason: Int] = [:]

    /// Makes the report of a source that was never looked at.
    public init() {}

    /// The source's state as `/progress` names it.
    public var state: SourceState {
        switch error?.reason {
        case nil: .ok
        case .missing: .missing
        case .notRegular, .permissionDenied, .changing, .ioError: .unreadable
        default: .invalid
        }
    }
}

/// Whether the source speaks: `source` in `/progress`, `Pulse-Source` on `/status`.
public enum SourceState: String, Sendable, CaseIterable {
    case ok, missing, unreadable, invalid
}
