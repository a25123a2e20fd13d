internal import Pulse

/// A change in the life of a run that somebody may want to learn of at once.
public enum RunTransition: String, Sendable, CaseIterable {
    /// A run has begun, or another attempt of it.
    case running
    /// It has ended well, by its trainer's status.
    case done
    /// It has failed, by its trainer's status.
    case error
    /// It has been silent for too long.
    case stale
    /// It has given a sign of life after being stale, or its source can be read again.
    case recovered
    /// The source can't be read, or what it holds isn't PULSE v1.
    case sourceInvalid = "source_invalid"

    /// The transitions that events mean, in order.
    ///
    /// What happened at one time is reported once: a stale run that is heard of because its source
    /// is well again has recovered, and so has one that goes on with another attempt.
    public static func of(_ events: [RunEvent]) -> [RunTransition] {
        let hasRecovered = events.contains(.recovered)
        let concernsSource = events.contains(.sourceFailed) || events.contains(.sourceRecovered)
        return events.compactMap { event in
            switch event {
            case .began(_, _, let document): document.status == .running ? .running : nil
            case .resumed: hasRecovered ? nil : .running
            case .ended(_, .done): .done
            case .ended(_, .error): .error
            case .stale: .stale
            case .recovered: concernsSource ? nil : .recovered
            case .sourceFailed: .sourceInvalid
            case .sourceRecovered: .recovered
            case .ended(_, .replaced), .document, .joined, .point, .sourceChanged: nil
            }
        }
    }
}
