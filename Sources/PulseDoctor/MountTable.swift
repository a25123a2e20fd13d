/// The mounts of this process: /proc/self/mountinfo (proc(5)), read purely.
struct MountTable {
    struct Mount {
        let root: String
        let point: String
        let type: String
    }

    /// In the order they were mounted: later ones hide earlier ones.
    private let mounts: [Mount]

    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            // Optional fields stand before the dash, so what follows it is counted from there.
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, dash + 1 < fields.count else {
                return nil
            }
            return Mount(
                root: Self.unescaped(fields[3]), point: Self.unescaped(fields[4]),
                type: String(fields[dash + 1]))
        }
    }

    /// The roots of the mounts at exactly this path.
    func roots(at path: String) -> [String] {
        mounts.filter { $0.point == path }.map(\.root)
    }

    /// Whether anything is mounted at exactly this path.
    func isMounted(_ path: String) -> Bool { mounts.contains { $0.point == path } }

    /// The type of the file system that a path is on; empty when that isn't known.
    func type(of path: String) -> String {
        mount(holding: path)?.type ?? ""
    }

    /// The mount that a path is on; nil when that isn't known.
    func mount(holding path: String) -> Mount? {
        let holding = mounts.filter {
            $0.point == "/" || path == $0.point || path.hasPrefix($0.point + "/")
        }
        let longest = holding.map(\.point.utf8.count).max()
        return holding.last { $0.point.utf8.count == longest }
    }

    /// Space, tab, newline and backslash are written as `\040` and the like, in fstab(5) as well.
    static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.utf8.count == 3,
                let code = UInt8(digits, radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
