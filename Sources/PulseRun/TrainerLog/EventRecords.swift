/// Cuts the bytes of an event file into records: TFRecord (`tsl/lib/io/record_writer.h`), pure.
///
///     uint64 length | uint32 masked CRC of length | data | uint32 masked CRC of data
///
/// All numbers are little endian. A torn record waits for its rest. One with a bad checksum is
/// passed over and counted; where that of a length is bad nobody knows where the next record
/// begins, and the file is given up, as TensorBoard does.
struct EventRecords: Sendable {
    /// Records that were passed over because their checksum is bad.
    private(set) var damaged = 0
    /// A length can't be believed: nothing of the file is read any more.
    private(set) var isGivenUp = false
    private var pending: [UInt8] = []
    /// Bytes of a record without interest that are still to come.
    private var skipped: UInt64 = 0

    /// Bytes of a record that is read at most: a scalar takes a hundred, and what is larger is a
    /// graph, a picture or a histogram.
    static let limit: UInt64 = 1 << 16
    private static let head = 12
    private static let foot = 4

    /// The records that these bytes complete.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard !isGivenUp else { return [] }
        var rest = bytes
        if skipped > 0 {
            let count = Int(min(skipped, UInt64(rest.count)))
            skipped -= UInt64(count)
            rest = rest.dropFirst(count)
        }
        // Less than a record is ever held.
        pending += rest
        var records: [ArraySlice<UInt8>] = []
        var left = pending[...]
        while let record = next(&left) {
            if let record { records.append(record) }
        }
        pending = isGivenUp ? [] : Array(left)
        return records
    }

    /// The next whole record, whose data is nil when it is passed over; nil when none is whole.
    private mutating func next(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>?? {
        guard bytes.count >= Self.head else { return nil }
        let field = bytes.prefix(8)
        let length = field.littleEndian
        guard CRC32C.masked(field) == UInt32(bytes.dropFirst(8).prefix(4).littleEndian) else {
            isGivenUp = true
            return nil
        }
        guard length <= Self.limit else {
            let whole = length.addingReportingOverflow(UInt64(Self.head + Self.foot))
            let here = UInt64(bytes.count)
            skipped =
                whole.overflow ? .max : whole.partialValue > here ? whole.partialValue - here : 0
            bytes = whole.overflow || skipped > 0 ? [] : bytes.dropFirst(Int(whole.partialValue))
            return .some(nil)
        }
        let count = Int(length)
        guard bytes.count >= Self.head + count + Self.foot else { return nil }
        let data = bytes.dropFirst(Self.head).prefix(count)
        let checksum = UInt32(bytes.dropFirst(Self.head + count).prefix(Self.foot).littleEndian)
        bytes = bytes.dropFirst(Self.head + count + Self.foot)
        if CRC32C.masked(data) == checksum { return data }
        damaged += 1
        return .some(nil)
    }
}

extension ArraySlice<UInt8> {
    /// The number that at most eight bytes are, the least significant first.
    var littleEndian: UInt64 {
        reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
