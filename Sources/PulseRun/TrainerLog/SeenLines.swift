/// Cuts an output into lines of which only the end is seen, now and then: pure.
///
/// The ends overlap. No line comes twice, but for the last one while it grows.
struct SeenLines: Sendable {
    /// Bytes of the output up to what has been cut.
    private var seen: Int64 = 0
    /// What stands behind the last line end.
    private var unfinished: [UInt8] = []

    /// The lines that are new in an end of the output, the unfinished one last.
    ///
    /// A carriage return ends a line as well: bars are drawn so.
    mutating func lines(of tail: OutputTail) -> [[UInt8]] {
        // The file behind it was cut, or begun anew.
        if tail.end < seen { (seen, unfinished) = (max(0, tail.end - Int64(tail.bytes.count)), []) }
        let count = tail.end - seen
        guard count > 0 else { return [] }
        seen = tail.end
        var new = tail.bytes.suffix(Int(min(count, Int64(tail.bytes.count))))
        if count > new.count {
            // What lies between was not seen: the first line is half of one.
            new = new.drop { !Self.isEnd($0) }
            unfinished = []
        }
        var lines = (unfinished + new).split(
            omittingEmptySubsequences: false, whereSeparator: Self.isEnd)
        unfinished = Array(lines.last?.suffix(OutputLog.window) ?? [])
        lines.removeAll(where: \.isEmpty)
        return lines.map(Array.init)
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
