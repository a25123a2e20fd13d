/// A path as its directory and the name in it, as dirname(1) and basename(1) split it.
package struct SplitPath: Sendable, Equatable {
    /// What `open` and `stat` take: `.` for a name alone, `/` for a name in the root.
    package let directory: String
    /// The last component, without slashes at its end; empty for the root alone.
    package let name: String

    package init(_ path: String) {
        var rest = path[...]
        while rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else {
            (directory, name) = (rest.isEmpty && !path.isEmpty ? "/" : ".", String(rest))
            return
        }
        directory = slash == rest.startIndex ? "/" : String(rest[..<slash])
        name = String(rest[rest.index(after: slash)...])
    }
}
