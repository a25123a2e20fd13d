/// The fields of a line of comma-separated values (RFC 4180 §2): pure.
enum CSVRow {
    /// nil for a line with a quote that is not closed, or bytes that no table has.
    ///
    /// A field with a line break in it is none that a trainer writes.
    static func fields(_ line: [UInt8]) -> [String]? {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var bytes = line[...]
        if bytes.last == 0x0D { bytes.removeLast() }
        while let byte = bytes.popFirst() {
            switch byte {
            case 0: return nil
            case UInt8(ascii: "\"") where isQuoted && bytes.first == byte:
                field.append(byte)
                bytes = bytes.dropFirst()
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            default: field.append(byte)
            }
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return isQuoted ? nil : fields
    }
}
