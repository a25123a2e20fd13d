public import Pulse

/// Whether a source can be read: `source` in `/progress`, `Pulse-Source` on `/status`.
public enum SourceState: String, Sendable, CaseIterable {
    case ok, missing, unreadable, invalid

    /// The state that an error means; ok without one.
    public init(_ error: PulseError?) {
        self =
            switch error?.reason {
            case nil: .ok
            case .missing: .missing
            case .notRegular, .permissionDenied, .changing, .ioError: .unreadable
            default: .invalid
            }
    }
}
