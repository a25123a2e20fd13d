/// The name of a source, made from where its documents come from: what its runs are called.
///
/// It matches `[A-Za-z0-9][A-Za-z0-9._-]{0,127}` and is not `events`, whatever it is made from.
public struct SourceName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The longest name, in bytes.
    private static let limit = 128
    /// What a source is called whose place has no usable name.
    private static let fallback = "run"
    /// Not a run's: `/runs/events` is a stream.
    private static let reserved = "events"

    /// Names a status file: by its stem, and by its folder where it is called `status.json`.
    ///
    /// - Parameter path: absolute, or the folder of a bare `status.json` isn't known.
    public init(file path: String) {
        let parts = path.split(separator: "/").filter { $0 != "." }
        let file = parts.last ?? ""
        let stem = file.hasSuffix(".json") ? file.dropLast(".json".count) : file
        self.init(file == "status.json" ? parts.dropLast().last ?? "" : stem)
    }

    /// Names a key of NATS: the key, with `.` for each `/`.
    public init(key: String) {
        self.init(key.replacing("/", with: "."))
    }

    /// Takes a name as it is; nil when no source may be called so.
    public init?(exactly text: some StringProtocol) {
        guard let first = text.utf8.first, Self.isAlphanumeric(first),
            text.utf8.allSatisfy(Self.isUsable), text.utf8.count <= Self.limit,
            text != Self.reserved
        else { return nil }
        description = String(text)
    }

    /// A character that no name may have becomes `-`: whoever serves one file chose its path for
    /// other reasons, and the server must not fail because of it.
    private init(_ text: some StringProtocol) {
        let usable = text.utf8.map { Self.isUsable($0) ? $0 : UInt8(ascii: "-") }
        let name = usable.drop { !Self.isAlphanumeric($0) }.prefix(Self.limit)
        let result = String(decoding: name, as: UTF8.self)
        description =
            result.isEmpty || result == Self.reserved
            ? [Self.fallback, result].filter { !$0.isEmpty }.joined(separator: "-") : result
    }

    private static func isUsable(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "._-".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
