internal import Pulse

/// A turn in the life of a run that somebody may want to hear of at once.
public enum RunTransition: String, Sendable, CaseIterable {
    /// A run has begun.
    case running
    /// It has ended well, by its own word.
    case done
    /// It has failed, by its own word.
    case error
    /// It has been silent for too long.
    case stale
    /// It is heard of again after being stale, or its source can be read again.
    case recovered
    /// The source can't be read, or what it holds isn't PULSE v1.
    case sourceInvalid = "source_invalid"

    /// The transitions between two views of a run, in the order in which they are to be told.
    ///
    /// A source that is only missing counts while a run is on: before, it hasn't begun; afterwards,
    /// somebody has tidied up.
    public static func between(_ old: RunView, _ new: RunView) -> [RunTransition] {
        var transitions: [RunTransition] = []
        let isBroken = breaks(new)
        if isBroken, !breaks(old) { transitions.append(.sourceInvalid) }
        if !isBroken, breaks(old) { transitions.append(.recovered) }
        if let began = beginning(old, new) {
            transitions.append(began)
        } else if new.liveness == .stale, old.liveness != .stale {
            transitions.append(.stale)
        } else if new.liveness == .live, old.liveness == .stale, transitions.isEmpty {
            transitions.append(.recovered)
        }
        return transitions
    }

    private static func breaks(_ view: RunView) -> Bool {
        switch view.source {
        case .ok: false
        case .invalid, .unreadable: true
        case .missing: view.status?.status == .running
        }
    }

    /// The trainer's own new word, where it says something new.
    private static func beginning(_ old: RunView, _ new: RunView) -> RunTransition? {
        guard let status = new.status, status != old.status else { return nil }
        let isNew = status.status != old.status?.status
        switch status.status {
        case .idle: return nil
        case .running:
            let goesBack = old.status.map { status.epoch < $0.epoch } ?? false
            return isNew || goesBack ? .running : nil
        case .done: return isNew ? .done : nil
        case .error: return isNew ? .error : nil
        }
    }
}
