internal import Glibc
internal import PulseMonitor

/// Which sources a server keeps, and what they are called in the archive.
public enum SourceScope: Sendable, Hashable {
    /// One, by its address: an absolute path, or the address of a key.
    case one(String)
    /// The files of a directory, by its absolute path.
    case directory(String)
    /// The keys of a bucket, by its address.
    case bucket(String)

    /// The address of one of its sources.
    ///
    /// - Parameter label: of a file in a directory its path from there on, of a key `BUCKET/KEY`.
    func address(of label: String) -> String {
        switch self {
        case .one(let address): address
        case .directory(let path): Self.prefix(path) + label
        case .bucket(let address): address + label.drop { $0 != "/" }
        }
    }

    /// Whether an address of the archive is one of its sources.
    func includes(_ address: String) -> Bool {
        switch self {
        case .one(let own): return address == own
        case .bucket(let place): return address.hasPrefix(Self.prefix(place))
        case .directory(let path):
            let prefix = Self.prefix(path)
            return address.hasPrefix(prefix)
                && RunsListing.isSource(String(address.dropFirst(prefix.count)))
        }
    }

    /// The address of a directory or a bucket; nil of a single source.
    var place: String? {
        switch self {
        case .one: nil
        case .directory(let address), .bucket(let address): address
        }
    }

    /// The lowest address that can be one of its sources, and the first behind all of them.
    var bounds: (from: String, to: String) {
        switch self {
        case .one(let address): (address, address + "\0")
        case .directory(let path), .bucket(let path):
            (Self.prefix(path), String(Self.prefix(path).dropLast()) + "0")
        }
    }

    /// Whether the source of an address may be there: a file that is gone isn't.
    ///
    /// A key can't be asked.
    static func mayBeThere(_ address: String) -> Bool {
        if address.contains("://") { return true }
        return unsafe access(address, F_OK) == 0
    }

    private static func prefix(_ path: String) -> String { path == "/" ? path : path + "/" }
}
