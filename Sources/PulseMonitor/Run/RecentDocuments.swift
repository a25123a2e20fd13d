internal import Pulse

/// The last documents of a source: what is there already is no sign of life.
///
/// v1's timestamp says when a document was written, so a trainer that lives never writes the same
/// one twice. One that comes again was copied, touched, linked, moved, restored or sent again.
struct RecentDocuments: Sendable {
    private var digests: [UInt128] = []
    private let capacity: Int

    /// - Parameter capacity: how many are remembered.
    init(capacity: Int = RunRules.current.remembered) {
        self.capacity = capacity
    }

    /// Whether no document was taken yet.
    var isEmpty: Bool { digests.isEmpty }

    /// Takes a document.
    ///
    /// - Returns: false when it is one of the last.
    mutating func insert(_ document: PulseDocument) -> Bool {
        let digest = Self.digest(of: document)
        // The newest is the likeliest: a file that was only touched.
        guard !digests.reversed().contains(digest) else { return false }
        if digests.count == capacity { digests.removeFirst() }
        digests.append(digest)
        return true
    }

    /// FNV-1a, 128 bits (draft-eastlake-fnv §5): it tells documents apart and protects nothing.
    private static func digest(of document: PulseDocument) -> UInt128 {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        func mix(_ bytes: some Sequence<UInt8>) {
            for byte in bytes {
                hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
            }
        }
        for word in [
            document.epoch.bitPattern, document.totalEpochs.bitPattern,
            (document.loss ?? .nan).bitPattern,
            UInt64(bitPattern: document.timestamp),
        ] {
            mix((0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) })
        }
        mix(document.status.rawValue.utf8)
        // No UTF-8 has this byte: it keeps status and message apart.
        mix(CollectionOfOne(0xff))
        mix(document.message.utf8)
        if let details = document.details {
            mix(CollectionOfOne(0xff))
            mix(details.bytes)
        }
        return hash
    }
}

extension RecentDocuments {
    func write(to writer: inout CheckpointWriter) {
        writer.write(digests) { $0.write($1) }
    }

    init(from reader: inout CheckpointReader, capacity: Int) throws(CheckpointError) {
        self.init(capacity: capacity)
        digests = try reader.array { reader throws(CheckpointError) in try reader.integer() }
            .suffix(capacity)
    }
}
