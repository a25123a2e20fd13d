/// An immutable table from request path to a small number, looked up on bytes without building a
/// string.
///
/// A table of a few dozen paths is scanned faster than a hash of the path is computed: nearly every
/// entry is passed over by its length alone.
public struct PathTable: Sendable {
    /// Where a request's path stands in a table.
    public struct Match: Sendable, Equatable {
        /// The index of the path, or of the pattern that it fits.
        public let index: Int
        /// The bytes that stand for the parameter; nil for a plain path.
        public let parameter: [UInt8]?
    }

    /// A path around one parameter.
    private struct Pattern {
        let index: Int
        let prefix: [UInt8]
        let suffix: [UInt8]
    }

    private let paths: [(index: Int, bytes: [UInt8])]
    private let patterns: [Pattern]

    /// - Parameter paths: absolute paths such as `/status`, or with one segment as a parameter, such
    ///   as `/runs/{id}/status`; their index is what a lookup gives. A plain path comes before a
    ///   pattern that it fits, too.
    public init(_ paths: [String]) {
        var plain: [(index: Int, bytes: [UInt8])] = []
        var patterns: [Pattern] = []
        for (index, path) in paths.enumerated() {
            guard let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}") else {
                plain.append((index, Array(path.utf8)))
                continue
            }
            patterns.append(
                Pattern(
                    index: index, prefix: Array(path[..<open].utf8),
                    suffix: Array(path[path.index(after: close)...].utf8)))
        }
        self.paths = plain
        self.patterns = patterns
    }

    /// Where a path stands; nil when it isn't in the table.
    public func match(_ path: Span<UInt8>) -> Match? {
        for (index, bytes) in paths where bytes.count == path.count {
            if Self.equal(bytes, path, from: 0) { return Match(index: index, parameter: nil) }
        }
        for pattern in patterns {
            if let match = Self.match(path, pattern) { return match }
        }
        return nil
    }

    /// A parameter is one segment, and not an empty one.
    private static func match(_ path: Span<UInt8>, _ pattern: Pattern) -> Match? {
        let start = pattern.prefix.count
        let end = path.count - pattern.suffix.count
        guard start < end, equal(pattern.prefix, path, from: 0),
            equal(pattern.suffix, path, from: end)
        else { return nil }
        var parameter: [UInt8] = []
        parameter.reserveCapacity(end - start)
        for index in start..<end {
            guard path[index] != UInt8(ascii: "/") else { return nil }
            parameter.append(path[index])
        }
        return Match(index: pattern.index, parameter: parameter)
    }

    private static func equal(_ one: [UInt8], _ other: Span<UInt8>, from start: Int) -> Bool {
        for index in one.indices where one[index] != other[start + index] {
            return false
        }
        return true
    }
}
