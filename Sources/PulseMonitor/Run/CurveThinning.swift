/// Thins a curve so that its peaks stay: pure.
package enum CurveThinning {
    /// Points of a bucket that are kept: its first, minimum, maximum and last.
    private static let perBucket = 4

    /// Which of some values to keep.
    ///
    /// - Parameters:
    ///   - values: in the order of the curve.
    ///   - positions: where they stand in the curve, rising, when it was thinned before: what is left of
    ///     it is as dense everywhere. nil for a whole one.
    ///   - limit: how many at most, 4 or more.
    /// - Returns: their indices, rising; all when there are no more than `limit`.
    package static func kept(of values: [Double], at positions: [Int64]? = nil, limit: Int) -> [Int]
    {
        precondition(limit >= perBucket, "a curve needs a few points")
        guard values.count > limit else { return Array(values.indices) }
        let buckets = limit / perBucket
        var kept: [Int] = []
        kept.reserveCapacity(limit)
        for (start, end) in bounds(of: values.count, positions, buckets) where start < end {
            var (minimum, maximum) = (start, start)
            for index in start..<end {
                if values[index] < values[minimum] { minimum = index }
                if values[index] > values[maximum] { maximum = index }
            }
            for index in Set([start, minimum, maximum, end - 1]).sorted() { kept.append(index) }
        }
        return kept
    }

    /// The first index of each bucket, and the one behind its last: buckets are of equal length in
    /// the curve.
    private static func bounds(of count: Int, _ positions: [Int64]?, _ buckets: Int)
        -> [(start: Int, end: Int)]
    {
        guard let positions, let first = positions.first, let last = positions.last else {
            return (0..<buckets).map { (count * $0 / buckets, count * ($0 + 1) / buckets) }
        }
        let span = last - first + 1
        var start = 0
        return (0..<buckets).map { bucket in
            let limit = first + span * Int64(bucket + 1) / Int64(buckets)
            let end = positions[start...].partitioningIndex { $0 >= limit }
            defer { start = end }
            return (start, end)
        }
    }
}

extension ArraySlice {
    /// The first index of the rising elements for which something holds that holds for all behind.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
