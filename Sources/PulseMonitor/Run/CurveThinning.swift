/// Thins a curve so that its peaks stay: pure.
package enum CurveThinning {
    /// Points of a bucket that are kept: its first, minimum, maximum and last.
    private static let perBucket = 4

    /// Which of some values to keep.
    ///
    /// - Parameters:
    ///   - values: in the order of the curve.
    ///   - limit: how many at most, 4 or more.
    /// - Returns: their indices, rising; all when there are no more than `limit`.
    package static func kept(of values: [Double], limit: Int) -> [Int] {
        precondition(limit >= perBucket, "a curve needs a few points")
        guard values.count > limit else { return Array(values.indices) }
        let buckets = limit / perBucket
        var kept: [Int] = []
        kept.reserveCapacity(limit)
        for bucket in 0..<buckets {
            let start = values.count * bucket / buckets
            let end = values.count * (bucket + 1) / buckets
            var (minimum, maximum) = (start, start)
            for index in start..<end {
                if values[index] < values[minimum] { minimum = index }
                if values[index] > values[maximum] { maximum = index }
            }
            for index in Set([start, minimum, maximum, end - 1]).sorted() { kept.append(index) }
        }
        return kept
    }
}
