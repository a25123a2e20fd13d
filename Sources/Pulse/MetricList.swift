/// The metrics of one document, in the order of their names' bytes: at most 64, none twice
/// (`docs/PULSE-v2.md` §1).
struct MetricList: Sendable {
    private(set) var metrics: [RunDetails.Metric] = []

    /// How many there may be.
    static let limit = 64

    /// Where a name belongs.
    ///
    /// - Throws: ``PulseError`` for a name that can't be one, stands already, or is one too many.
    func place(for name: String, offset: Int? = nil) throws(PulseError) -> Int {
        guard Self.isName(name) else {
            throw PulseError(
                .invalidName, field: .metrics, offset: offset,
                "a metric's name is not 1 to 64 of A-Z, a-z, 0-9 and _./@:-")
        }
        // Names in order are the rule: the last place first.
        var (start, end) = (0, metrics.count)
        if let last = metrics.last, last.name < name { start = end }
        while start < end {
            let middle = (start + end) / 2
            if metrics[middle].name < name { start = middle + 1 } else { end = middle }
        }
        if start < metrics.count, metrics[start].name == name {
            throw PulseError(
                .duplicateName, field: .metrics, offset: offset, "the metric \(name) stands twice")
        }
        guard metrics.count < Self.limit else {
            throw PulseError(
                .tooManyMetrics, field: .metrics, offset: offset,
                "there are more than \(Self.limit) metrics")
        }
        return start
    }

    /// Takes one at the place that was found for it.
    mutating func insert(_ name: String, _ value: Double, at place: Int) {
        metrics.insert(RunDetails.Metric(name: name, value: value), at: place)
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_./@:-".utf8.contains(byte)
                }
            }
    }
}
