/// The events in one buffer that was read from inotify(7): pure.
struct InotifyEvents: Sequence, IteratorProtocol {
    struct Event: Equatable {
        /// The watch that it belongs to; -1 for an overflow of the queue.
        let watch: Int32
        let mask: UInt32
        /// The file's name in the watched directory, without the NULs that pad it; empty for the
        /// directory itself.
        let name: ArraySlice<UInt8>
    }

    /// Bytes before the name: watch descriptor, mask, cookie, length, each 32 bits.
    private static let headerSize = 16

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func next() -> Event? {
        guard rest.count >= Self.headerSize else { return nil }
        let watch = Int32(bitPattern: word(at: 0))
        let mask = word(at: 4)
        let length = Int(word(at: 12))
        guard rest.count >= Self.headerSize + length else { return nil }
        let name = rest.dropFirst(Self.headerSize).prefix(length).prefix { $0 != 0 }
        rest = rest.dropFirst(Self.headerSize + length)
        return Event(watch: watch, mask: mask, name: name)
    }

    /// The 32-bit word of the machine's byte order at `offset`.
    private func word(at offset: Int) -> UInt32 {
        let start = rest.startIndex + offset
        let bytes = (0..<4).map { UInt32(rest[start + $0]) }
        #if _endian(little)
        return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24
        #else
        return bytes[3] | bytes[2] << 8 | bytes[1] << 16 | bytes[0] << 24
        #endif
    }
}
