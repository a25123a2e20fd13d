/// Sums and differences with times of others, which may be any number: they stop at the ends of the
/// type, where `+` and `-` would end the process.
extension Int64 {
    /// The sum, or the end of the type that it lies beyond.
    package func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the end of the type that it lies beyond.
    package func clampedDifference(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
