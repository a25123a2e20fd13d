/// What a request asks for.
enum Route: Sendable {
    case status, progress, history, events, metrics, livez, readyz
    /// A file of the panel, by its place in the table.
    case file(Int)
    /// Where the panel's page would be.
    case noPanel

    /// The route's name in the metrics: `other` for what isn't served.
    enum Name: Int, Sendable, CaseIterable {
        case status, progress, history, events, metrics, livez, readyz, file, other
    }

    var name: Name {
        switch self {
        case .status: .status
        case .progress: .progress
        case .history: .history
        case .events: .events
        case .metrics: .metrics
        case .livez: .livez
        case .readyz: .readyz
        case .file: .file
        case .noPanel: .other
        }
    }

    /// Whether its answer tells how things are now.
    var isCurrent: Bool {
        switch self {
        case .status, .progress, .history, .events, .metrics, .livez, .readyz: true
        case .file, .noPanel: false
        }
    }

    /// Whether it is for probes, and tells nothing but that a server is there: they have no token,
    /// and a Host of their own.
    var isProbe: Bool {
        switch self {
        case .livez, .readyz: true
        default: false
        }
    }
}
