internal import PulseMonitor
internal import MicroHTTPD
internal import Pulse
internal import Synchronization

/// `/history`, rendered when it is first asked for: most states are never asked for theirs.
final class HistoryRepresentation: Sendable {
    private enum State {
        case unrendered(RunHistory, AccessPolicy)
        case rendered(Representation)
    }

    private let state: Mutex<State>

    init(_ history: RunHistory, policy: AccessPolicy) {
        state = Mutex(.unrendered(history, policy))
    }

    /// Answers with another representation, when there is no run to tell of.
    init(instead representation: Representation) {
        state = Mutex(.rendered(representation))
    }

    var representation: Representation {
        state.withLock { state in
            switch state {
            case .rendered(let representation):
                return representation
            case .unrendered(let history, let policy):
                let representation = Representation.json(
                    history.document, headers: history.headers, policy: policy)
                state = .rendered(representation)
                return representation
            }
        }
    }
}

extension RunHistory {
    /// The epochs at which later attempts of the run resumed; no line for a run of one attempt.
    ///
    /// Not in the body, whose schema is closed. A page of another origin may read it, too.
    fileprivate var headers: [HeaderLine] {
        guard !resumes.isEmpty else { return [] }
        let epochs = resumes.map { "\($0)" }.joined(separator: ", ")
        return [
            HeaderLine("Pulse-Resumed", epochs),
            HeaderLine("Access-Control-Expose-Headers", "Pulse-Resumed"),
        ]
    }

    /// The body of `/history`: three arrays of equal length, oldest first.
    var document: [UInt8] {
        var json = JSONWriter()
        json.literal("{\"timestamp\": [")
        json.list(timestamps) { $0.integer($1) }
        json.literal("], \"epoch\": [")
        json.list(epochs) { $0.double($1) }
        json.literal("], \"loss\": [")
        json.list(losses) { $0.double($1) }
        json.literal("]}")
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func list<Element>(
        _ elements: [Element], write: (inout JSONWriter, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { literal(", ") }
            write(&self, element)
        }
    }
}
