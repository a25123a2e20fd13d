/// The name of an error at the start of a line, such as `torch.OutOfMemoryError: …`.
struct ErrorName: Hashable, Sendable {
    /// Dotted, as it stands there.
    private let name: ArraySlice<UInt8>

    /// Nil where the line doesn't begin with a name alone: followed by a colon, or by nothing.
    init?(startOf line: [UInt8]) {
        let name = line.prefix { Self.isPart($0) }
        var rest = line[name.endIndex...]
        // As in `RayTaskError(ValueError): …`.
        if rest.first == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) {
            rest = rest[(end + 1)...]
        }
        guard let first = name.first, !(0x30...0x39).contains(first),
            name.last != UInt8(ascii: "."),
            rest.isEmpty || rest.starts(with: ": ".utf8) || rest.elementsEqual(":".utf8)
        else { return nil }
        self.name = name
    }

    /// Whether the name itself says that it is an error's.
    var isTelling: Bool {
        Self.endings.contains {
            name.count > $0.utf8.count && name.reversed().starts(with: $0.utf8.reversed())
        }
    }

    private static let endings = ["Error", "Exception", "Interrupt", "Failure", "Expired"]

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }
}
