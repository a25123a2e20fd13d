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

    /// Flat, because it is touched by every request: one row of codes for each route.
    private let counts = Mutex([Int](repeating: 0, count: Route.Name.allCases.count * codes.count))

    /// Every code that Pulse answers with; the last one takes what isn't in the list.
    private static let codes = [200, 204, 303, 304, 400, 401, 404, 405, 421, 503, 500]

    func count(_ route: Route.Name, code: Int) {
        let column = Self.codes.firstIndex(of: code) ?? Self.codes.count - 1
        counts.withLock { $0[route.rawValue * Self.codes.count + column] += 1 }
    }

    /// All counts above zero, in a fixed order.
    var requests: [(key: Key, count: Int)] {
        let counts = counts.withLock { $0 }
        return Route.Name.allCases.flatMap { route in
            Self.codes.enumerated().map { column, code in
                (Key(route: route, code: code), counts[route.rawValue * Self.codes.count + column])
            }
        }
        .filter { $0.count > 0 }
        .sorted { $0.key < $1.key }
    }
}
