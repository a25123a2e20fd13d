internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// `/runs`: rendered once for each query while nothing changes.
final class RunListPage: Sendable {
    private struct Cache {
        var version: UInt64 = 0
        var pages: [RunListQuery: Representation] = [:]
    }

    private let table: RunTable
    private let policy: AccessPolicy
    private let cache = Mutex(Cache())

    /// So many queries are kept: clients that page through a list ask each once.
    private static let cacheLimit = 16

    init(table: RunTable, policy: AccessPolicy) {
        self.table = table
        self.policy = policy
    }

    /// The answer to a query.
    func representation(for query: RunListQuery) -> Representation {
        let (version, items) = table.list
        return cache.withLock { cache in
            if cache.version != version || cache.pages.count >= Self.cacheLimit {
                cache = Cache(version: version)
            }
            if let page = cache.pages[query] { return page }
            let page = Representation.json(Self.document(items, query), policy: policy)
            cache.pages[query] = page
            return page
        }
    }

    private static func document(_ items: [RunItem], _ query: RunListQuery) -> [UInt8] {
        let matching = items.filter(query.includes)
        let after = query.after.flatMap { RunReference(Array($0.utf8)) }.map(RunPlace.init)
        let rest = matching.drop { item in after.map { item.place <= $0 } ?? false }
        let page = rest.prefix(query.limit)
        var json = JSONWriter()
        json.literal("{\"runs\": [")
        for (index, item) in page.enumerated() {
            if index > 0 { json.literal(", ") }
            json.raw(item.document)
        }
        json.literal("], \"total\": ")
        json.integer(Int64(matching.count))
        json.literal(", \"next\": ")
        if page.count < rest.count, let last = page.last {
            json.string(last.id)
        } else {
            json.null()
        }
        json.literal("}")
        return json.bytes
    }
}
