internal import Synchronization

/// Counts of answered requests, by route and status code.
///
/// The route's name is the label, never the URI.
final class Metrics: Sendable {
    struct Key: Hashable, Comparable {
        let route: Route.Name
        let code: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.route.rawValue, one.code) < (other.route.rawValue, other.code)
        }
    }

    private struct Counts {
        /// Flat, because it is touched by every request: one row of codes for each route.
        var usual = [Int](repeating: 0, count: Route.Name.allCases.count * codes.count)
        /// Those of any other code.
        var others: [Key: Int] = [:]
    }

    private let counts = Mutex(Counts())

    /// The codes that Pulse answers with.
    private static let codes = [200, 204, 303, 304, 400, 401, 404, 405, 412, 421, 503]

    func count(_ route: Route.Name, code: Int) {
        counts.withLock { counts in
            if let column = Self.codes.firstIndex(of: code) {
                counts.usual[route.rawValue * Self.codes.count + column] += 1
            } else {
                counts.others[Key(route: route, code: code), default: 0] += 1
            }
        }
    }

    /// How often a client has been shown the run's state, 304 and new streams included.
    var shownCount: Int {
        let routes: [Route.Name] = [.status, .progress, .history, .events]
        return requests.reduce(0) { sum, request in
            let isShown =
                routes.contains(request.key.route) && [200, 304].contains(request.key.code)
            return isShown ? sum + request.count : sum
        }
    }

    /// All counts above zero, in a fixed order.
    var requests: [(key: Key, count: Int)] {
        let counts = counts.withLock { $0 }
        let usual = Route.Name.allCases.flatMap { route in
            Self.codes.enumerated().map { column, code in
                (
                    key: Key(route: route, code: code),
                    count: counts.usual[route.rawValue * Self.codes.count + column]
                )
            }
        }
        let others = counts.others.map { (key: $0.key, count: $0.value) }
        return (usual + others).filter { $0.count > 0 }.sorted { $0.key < $1.key }
    }
}
