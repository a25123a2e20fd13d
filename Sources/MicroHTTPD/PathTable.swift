/// An immutable table from request path to a small number, looked up on bytes without building a
/// string.
///
/// A table of a few dozen paths is scanned faster than a hash of the path is computed: nearly every
/// entry is passed over by its length alone.
public struct PathTable: Sendable {
    private let paths: [[UInt8]]

    /// - Parameter paths: absolute paths such as `/status`; their index is what a lookup gives.
    public init(_ paths: [String]) {
        self.paths = paths.map { Array($0.utf8) }
    }

    /// The index of exactly this path, nil when it isn't in the table.
    public func index(of path: Span<UInt8>) -> Int? {
        for index in paths.indices where paths[index].count == path.count {
            if Self.equal(paths[index], path) { return index }
        }
        return nil
    }

    private static func equal(_ one: [UInt8], _ other: Span<UInt8>) -> Bool {
        for index in one.indices where one[index] != other[index] {
            return false
        }
        return true
    }
}
