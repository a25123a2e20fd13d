/// Numbers with names in a line of output.
///
/// `{'loss': 0.5, 'epoch': '0.25'}`, `loss=0.5`, `loss: 0.5`. Pure.
enum OutputNumbers {
    /// The number behind a name; nil where there is none.
    ///
    /// The name stands alone: `loss` isn't found in `eval_loss`.
    static func value(of name: String, in line: [UInt8]) -> Double? {
        let name = Array(name.utf8)
        guard line.count > name.count else { return nil }
        var found: Double?
        for start in 0..<(line.count - name.count)
        where line[start] == name[0] && line[start...].starts(with: name) {
            if start > 0, isWord(line[start - 1]) { continue }
            var rest = line[(start + name.count)...]
            if let first = rest.first, quotes.contains(first) { rest = rest.dropFirst() }
            rest = rest.drop { $0 == 0x20 }
            guard let sign = rest.popFirst(), sign == UInt8(ascii: ":") || sign == UInt8(ascii: "=")
            else { continue }
            rest = rest.drop { $0 == 0x20 || quotes.contains($0) }
            let text = rest.prefix { isWord($0) || [0x2B, 0x2D, 0x2E].contains($0) }
            found = Double(String(decoding: text, as: UTF8.self)) ?? found
        }
        return found
    }

    /// The numbers of a whole dictionary, in their order.
    static func all(in line: [UInt8]) -> [(name: String, value: Double)] {
        guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else { return [] }
        return line.dropFirst().dropLast().split(separator: UInt8(ascii: ",")).compactMap { item in
            let parts = item.split(separator: UInt8(ascii: ":"), maxSplits: 1).map { part in
                String(decoding: part.filter { $0 != 0x20 && !quotes.contains($0) }, as: UTF8.self)
            }
            guard parts.count == 2, let value = Double(parts[1]) else { return nil }
            return (parts[0], value)
        }
    }

    private static let quotes = Array("'\"".utf8)

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
