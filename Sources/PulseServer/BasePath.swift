/// The path below which a server has all that it serves: `/`, or such as `/pulse/`, for a proxy that
/// passes the path on as it is.
///
/// The one place that knows of it: the routes begin with it, and what leads to them is made here.
/// Everything else is relative, as what a proxy cuts off isn't known at all.
public struct BasePath: Sendable, Equatable, CustomStringConvertible {
    /// Why a text can be no such path, and what to write instead.
    public struct ParseError: Error, CustomStringConvertible {
        /// One line without an end.
        public let description: String
    }

    /// Begins and ends with a slash.
    public let description: String

    /// Nothing is before the server's own paths.
    public static let root = BasePath(segments: [])

    /// Most of what a browser and proxies take in one piece.
    private static let limit = 256

    /// Takes `/pulse`, `/pulse/`, and for the root `/` or nothing.
    ///
    /// - Parameter text: segments of letters, digits and `-._~@:+,=`: what every client sends as it
    ///   stands (RFC 3986 §3.3), so that a cookie's `Path` compares (RFC 6265 §5.1.4).
    public init(_ text: String) throws(ParseError) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        let own = segments.dropFirst().last?.isEmpty == true ? segments.dropLast() : segments[...]
        let isSound = own.first?.isEmpty == true && own.dropFirst().allSatisfy(Self.isSegment)
        guard text.utf8.count <= Self.limit else {
            throw ParseError(description: "a path has \(Self.limit) bytes at most")
        }
        guard isSound || text.isEmpty else {
            throw ParseError(description: "write it like \(Self.suggestion(for: text))")
        }
        self.init(segments: own.dropFirst())
    }

    private init(segments: ArraySlice<Substring>) {
        description = segments.isEmpty ? "/" : "/" + segments.joined(separator: "/") + "/"
    }

    var isRoot: Bool { description == "/" }

    /// Without the slash at its end, as a cookie's `Path` has it (RFC 6265 §5.1.4).
    var withoutSlash: String { isRoot ? "/" : String(description.dropLast()) }

    /// Where one of the server's own paths, such as `/status`, is for its clients.
    func path(_ own: String) -> String { description + own.dropFirst() }

    /// What leads from an address to the page.
    ///
    /// - Parameter depth: how many segments the address has before its last.
    func page(from depth: Int) -> String {
        guard isRoot else { return description }
        return depth > 0 ? String(repeating: "../", count: depth) : "./"
    }

    private static func isSegment(_ text: Substring) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.utf8.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~@:+,=".utf8.contains(byte)
        }
    }

    /// What may have been meant: the path of a URL, without query and what goes up.
    private static func suggestion(for text: String) -> String {
        var path = text[...]
        if let scheme = path.firstRange(of: "://") {
            path = path[scheme.upperBound...].drop { $0 != "/" }
        }
        let segments = path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        let sound = segments.filter(isSegment)
        return sound.isEmpty ? "/pulse" : "/" + sound.joined(separator: "/")
    }
}
