/// Where a run stands in a list: newest start first, what hasn't begun last.
///
/// A page of a list is continued behind a place, whatever has come or gone meanwhile.
package struct RunPlace: Comparable, Sendable {
    private let started: Int64
    private let id: String

    package init(started: Int64?, id: String) {
        self.started = started ?? .min
        self.id = id
    }

    package static func < (one: RunPlace, other: RunPlace) -> Bool {
        one.started != other.started ? one.started > other.started : one.id < other.id
    }
}
