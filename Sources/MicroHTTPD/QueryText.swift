/// Puts the query of one request together again from its parameters, which the library has taken apart.
struct QueryText {
    private var bytes: [UInt8] = []

    /// - Parameter value: nil where the parameter has no `=`.
    mutating func take(name: Span<UInt8>, value: Span<UInt8>?) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        for index in name.indices { bytes.append(name[index]) }
        guard let value else { return }
        bytes.append(UInt8(ascii: "="))
        for index in value.indices { bytes.append(value[index]) }
    }

    /// Nil for nothing, and for what can't be part of a URI (RFC 3986 §2).
    var text: String? {
        let isSound = bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return bytes.isEmpty || !isSound ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
