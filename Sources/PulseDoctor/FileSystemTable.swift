/// What is to be mounted: /etc/fstab (fstab(5)), read purely.
struct FileSystemTable {
    /// Where something is to be mounted, by somebody or at the start.
    let points: [String]

    init(_ text: String) {
        points = text.split(separator: "\n").compactMap { line in
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard fields.count >= 3, !fields[0].hasPrefix("#"), fields[1].hasPrefix("/") else {
                return nil
            }
            let point = MountTable.unescaped(fields[1])
            return point.count > 1 && point.hasSuffix("/") ? String(point.dropLast()) : point
        }
    }

    /// The deepest place that holds a path, where something is to be mounted; nil when there is none.
    func point(holding path: String) -> String? {
        points.filter { $0 == "/" || path == $0 || path.hasPrefix("\($0)/") }
            .max { $0.utf8.count < $1.utf8.count }
    }
}
