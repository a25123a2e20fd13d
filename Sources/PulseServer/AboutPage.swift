internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// `/about`: what is served, from where, and whether it is kept.
///
/// Rendered when it is asked for.
final class AboutPage: Sendable {
    /// What may have changed since it was rendered.
    private struct State: Equatable {
        let sources: UInt64
        let isArchiveUp: Bool?
    }

    private let table: RunTable
    private let place: ServedPlace
    private let archivePath: String?
    private let isArchiveUp: (@Sendable () -> Bool)?
    private let showsPaths: Bool
    private let policy: AccessPolicy
    private let cache = Mutex<(state: State, page: Representation)?>(nil)

    /// - Parameter showsPaths: whether whoever may read this may know where things are.
    init(
        table: RunTable, configuration: StatusServerConfiguration, showsPaths: Bool,
        policy: AccessPolicy
    ) {
        self.table = table
        place = configuration.place
        archivePath = configuration.archivePath
        isArchiveUp = configuration.isArchiveUp
        self.showsPaths = showsPaths
        self.policy = policy
    }

    /// As things are now.
    var representation: Representation {
        let (version, sources) = table.sources
        let state = State(sources: version, isArchiveUp: isArchiveUp?())
        return cache.withLock { cache in
            if let cache, cache.state == state { return cache.page }
            let page = Representation.json(
                document(of: sources, isArchiveUp: state.isArchiveUp), policy: policy)
            cache = (state, page)
            return page
        }
    }

    private func document(of sources: [RunResource], isArchiveUp: Bool?) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"version\": ")
        json.string(PulseVersion.current)
        json.literal(", \"kind\": ")
        json.string(place.kind.rawValue)
        path(place.address, &json)
        json.literal(", \"sources\": [")
        for (index, source) in sources.enumerated() {
            json.literal(index == 0 ? "{\"name\": " : ", {\"name\": ")
            json.string(source.name.description)
            path(place.address(ofSource: source.label), &json)
            json.literal("}")
        }
        json.literal("], \"archive\": ")
        if let isArchiveUp {
            json.literal("{\"up\": ")
            json.literal(isArchiveUp ? "true" : "false")
            path(archivePath, &json)
            json.literal("}")
        } else {
            json.null()
        }
        json.literal("}")
        return json.bytes
    }

    private func path(_ path: String?, _ json: inout JSONWriter) {
        json.literal(", \"path\": ")
        if let path, showsPaths { json.string(path) } else { json.null() }
    }
}
