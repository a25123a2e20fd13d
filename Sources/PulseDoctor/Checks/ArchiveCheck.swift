/// What is known of the archive that the server is to keep.
package struct ArchiveFacts: Sendable {
    let path: String
    let isThere: Bool
    /// Why it can't be used, as one line; nil when it can.
    let refusal: String?
    /// What is damaged; nil when nothing is.
    let damage: String?
    /// In bytes.
    let size: Int64
    /// What may still be written beside it, in bytes; nil where there is no place for it yet.
    let free: Int64?
    let isOnNetwork: Bool
    /// The processes that have it open.
    let writers: [Int32]

    package init(
        path: String, isThere: Bool, refusal: String?, damage: String?, size: Int64, free: Int64?,
        isOnNetwork: Bool, writers: [Int32]
    ) {
        (self.path, self.isThere, self.refusal, self.damage) = (path, isThere, refusal, damage)
        (self.size, self.free, self.isOnNetwork, self.writers) = (size, free, isOnNetwork, writers)
    }
}

/// Whether the archive can be written, and holds together.
enum ArchiveCheck {
    private static let name = "archive"
    /// A server with a thousand runs writes so much in weeks.
    private static let scarce: Int64 = 64 << 20

    static func findings(_ facts: Facts) -> [Finding] {
        guard let archive = facts.archive else { return [] }
        if let refusal = archive.refusal {
            return [
                .problem(
                    name, "The archive can't be used: \(refusal).",
                    fix: "Name another file: pulse serve --archive FILE, or move this one away.")
            ]
        }
        if let damage = archive.damage {
            return [
                .problem(
                    name, "The archive \(archive.path) is damaged: \(damage).",
                    fix:
                        "Stop the server and move the file away with what lies beside it (-wal, -shm): the next "
                        + "start makes a new one. sqlite3 FILE .recover saves what can be read.")
            ]
        }
        let place = [space(archive), network(archive)].compactMap { $0 }
        return place.contains { $0.level == .problem } ? place : place + [whole(archive)]
    }

    private static func space(_ archive: ArchiveFacts) -> Finding? {
        guard let free = archive.free, free < scarce else { return nil }
        return .problem(
            name, "Only \(megabytes(free)) are free for the archive \(archive.path).",
            fix: "Make room, keep fewer runs (--keep-runs), or name another place (--archive).")
    }

    private static func network(_ archive: ArchiveFacts) -> Finding? {
        guard archive.isOnNetwork else { return nil }
        return .note(
            name,
            "The archive \(archive.path) is on a network file system: only one server may use it.",
            fix: "Name a file on a disk of this machine: pulse serve --archive FILE.")
    }

    private static func whole(_ archive: ArchiveFacts) -> Finding {
        guard archive.isThere else {
            return .ok(name, "There is no archive at \(archive.path) yet: pulse serve makes it.")
        }
        let writers = archive.writers.map(String.init).joined(separator: ", ")
        return .ok(
            name,
            "The archive \(archive.path) is whole: \(megabytes(archive.size)), "
                + (writers.isEmpty ? "open in no server." : "written by process \(writers)."))
    }

    /// `0.3 MB`, `12 MB`.
    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (Double(bytes) / 1e5).rounded() / 10
        return tenths < 10 ? "\(tenths) MB" : "\(Int(tenths.rounded())) MB"
    }
}
