/// What a server was told to serve, and where it is: `/about` tells it.
public struct ServedPlace: Sendable, Equatable {
    /// What it is, whatever lies in it.
    public enum Kind: String, Sendable {
        /// One status file.
        case file
        /// One key of NATS.
        case key
        /// A directory of runs.
        case directory
        /// A bucket of NATS, each key of which is a run.
        case bucket
    }

    /// What it is.
    public let kind: Kind
    /// Its absolute path, or its URL in NATS, in which stands no password.
    public let address: String

    /// Makes one.
    public init(_ kind: Kind, at address: String) {
        self.kind = kind
        self.address = address
    }

    /// Where one of its sources is.
    ///
    /// - Parameter label: what errors call the source: its path in the directory, or `BUCKET/KEY`.
    func address(ofSource label: String) -> String {
        switch kind {
        case .file, .key: address
        case .directory: "\(address)/\(label)"
        case .bucket: address + label.drop { $0 != "/" }
        }
    }
}
