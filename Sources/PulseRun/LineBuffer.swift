/// Cuts a stream of bytes into lines: pure.
struct LineBuffer: Sendable {
    private var pending: [UInt8] = []
    private var isTooLong = false

    /// Bytes of a line at most: a longer one is passed over.
    static let limit = 1 << 20

    /// The lines that these bytes complete, without their ends.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            hold(rest[..<end])
            if !isTooLong { lines.append(pending) }
            pending = []
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        hold(rest)
        return lines
    }

    /// What stands behind the last line end.
    mutating func rest() -> [UInt8] {
        defer { pending = [] }
        return isTooLong ? [] : pending
    }

    private mutating func hold(_ bytes: ArraySlice<UInt8>) {
        if pending.count + bytes.count > Self.limit { isTooLong = true }
        pending = isTooLong ? [] : pending + bytes
    }
}
