public import Pulse

/// What a source found.
///
/// A source delivers what it found, and ``RunMonitor`` concludes.
public enum SourceEvent: Sendable, Equatable {
    /// A valid document that is new, or that came back after an error.
    case accepted(PulseDocument)
    /// What is there is valid, and known already.
    case unchanged
    /// What is there is no valid document, or nobody can read it.
    case failed(PulseError)
    /// The same, for a moment that means nothing yet: half a document, a file between its removal
    /// and its creation, a connection that moves to another server.
    case faltered(PulseError)
}

extension SourceEvent {
    /// A document of version 1.
    public static func accepted(_ status: TrainingStatus) -> SourceEvent {
        .accepted(PulseDocument(status))
    }
}

/// What a source found at one time.
public struct SourceDelivery: Sendable {
    /// In the order it was found.
    public var events: [SourceEvent]
    /// Whether the source was polled; false for a document that was pushed.
    public var isPoll: Bool
    /// When the next delivery is due at the latest: from here on, and with some time to work.
    public var nextWithin: Duration
    /// What their relay says of the documents in it; nil where nobody does.
    public var mark: RunMark?

    /// Makes a delivery.
    public init(
        _ events: [SourceEvent], isPoll: Bool = true, nextWithin: Duration, mark: RunMark? = nil
    ) {
        self.events = events
        self.isPoll = isPoll
        self.nextWithin = nextWithin
        self.mark = mark
    }
}
