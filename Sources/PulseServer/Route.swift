/// What a request asks for.
enum Route: Sendable {
    case status, progress, history, events, metrics, livez, readyz, about
    /// The same as PULSE v2.
    case status2, history2, events2
    /// The list of runs, and its stream.
    case runs, runsEvents
    /// One run, or a part of it.
    case run(RunPart)
    /// A file of the panel, by its place in the table.
    case file(Int)
    /// Where the panel's page would be.
    case noPanel
    /// The base path without the slash at its end: leads to the page.
    case base

    /// The route's name in the metrics: `other` for what isn't served.
    enum Name: Int, Sendable, CaseIterable {
        case status, progress, history, events, metrics, livez, readyz, about, runs, run, file,
            other
    }

    var name: Name {
        switch self {
        case .status, .status2: .status
        case .progress: .progress
        case .history, .history2: .history
        case .events, .events2: .events
        case .metrics: .metrics
        case .livez: .livez
        case .readyz: .readyz
        case .about: .about
        case .runs, .runsEvents: .runs
        case .run: .run
        case .file, .base: .file
        case .noPanel: .other
        }
    }

    /// Whether its answer tells how things are now.
    var isCurrent: Bool {
        switch self {
        case .status, .progress, .history, .events, .metrics, .livez, .readyz, .about, .runs,
            .runsEvents, .run, .status2, .history2, .events2:
            true
        case .file, .noPanel, .base: false
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

/// What of a run is asked for: the last segment of its path.
enum RunPart: String, Sendable, CaseIterable {
    /// The run in the list.
    case item = ""
    case status, progress, history, events
    /// The whole curve as a table.
    case table = "history.csv"
    /// The same as PULSE v2.
    case status2 = "v2/status"
    case history2 = "v2/history"
    case events2 = "v2/events"

    /// The path of this part, with the run as a parameter.
    var path: String { self == .item ? "/runs/{id}" : "/runs/{id}/\(rawValue)" }
}
