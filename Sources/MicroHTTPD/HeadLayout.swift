/// Follows the lines of a request head through the library's buffer, and notices when they aren't
/// plain.
///
/// The parser of libmicrohttpd 0.9 works on strings in C: it cuts a field's value at a NUL, appends
/// a folded line to the field's *name*, and takes a line that begins with a colon for the end of
/// the head. Each hides a field that a proxy in front has seen, so that the two may disagree where
/// the next request starts. But it parses in place: the names and values of a plain head lie one
/// right behind the other, with nothing but NULs where colons and line ends were.
@safe struct HeadLayout {
    /// Where the text of the line before ends.
    private var end: UnsafeRawPointer
    /// Whether all lines so far were plain.
    private(set) var isPlain = true

    /// Begins behind the request line.
    init(behind end: UnsafeRawPointer) {
        unsafe self.end = unsafe end
    }

    /// The next field: its line starts right behind the one before, its value right behind its
    /// name.
    mutating func follow(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard isPlain, let nameStart = name.baseAddress,
            let valueStart = value.baseAddress
        else { return isPlain = false }
        let colon = unsafe nameStart + name.count
        isPlain =
            unsafe Self.isLineEnd(from: end, to: nameStart)
            && Self.isColon(from: colon, to: valueStart)
        unsafe end = unsafe valueStart + value.count
    }

    /// The end of the head: the last line's end and the empty line's.
    mutating func finish(at headEnd: UnsafeRawPointer) {
        let count = unsafe headEnd - end
        isPlain = unsafe isPlain && 2...4 ~= count && Self.isNull(from: end, count: count)
    }

    /// A line feed, with a carriage return before it or without.
    private static func isLineEnd(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> Bool {
        let count = unsafe end - start
        return unsafe 1...2 ~= count && isNull(from: start, count: count)
    }

    /// A colon, then blanks.
    private static func isColon(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> Bool {
        let count = unsafe end - start
        guard count > 0, unsafe isNull(from: start, count: 1) else { return false }
        for offset in 1..<count {
            let byte = unsafe start.load(fromByteOffset: offset, as: UInt8.self)
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") else { return false }
        }
        return true
    }

    private static func isNull(from start: UnsafeRawPointer, count: Int) -> Bool {
        for offset in 0..<count
        where unsafe start.load(fromByteOffset: offset, as: UInt8.self) != 0 {
            return false
        }
        return true
    }
}
