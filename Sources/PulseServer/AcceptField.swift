/// The pure reading of an `Accept` field (RFC 9110 §12.5.1).
struct AcceptField {
    /// How much a client wants a media type; greater is better.
    struct Preference: Comparable {
        /// Thousandths; 0 for a type that isn't acceptable.
        var quality = 0
        /// How closely the range names the type, from 0 for none that matches.
        var precision = 0
        /// Counts down from the field's start: of equals, the first is wanted most.
        var position = Int.min

        static func < (one: Preference, other: Preference) -> Bool {
            (one.quality, one.precision, one.position)
                < (other.quality, other.precision, other.position)
        }
    }

    /// One element of the list, in lower case.
    private struct MediaRange {
        var type: String
        var version: String?
        var quality = 1_000
    }

    private let ranges: [MediaRange]

    init(_ field: Span<UInt8>) {
        let text = String(decoding: Bytes.lowercased(field), as: UTF8.self)
        ranges = Self.split(text, at: ",").compactMap(Self.range)
    }

    /// How much `type`/`subtype` in a version is wanted: what the range says that names it most
    /// closely.
    func preference(for type: String, _ subtype: String, version: String) -> Preference {
        var best = Preference()
        for (index, range) in ranges.enumerated() where (range.version ?? version) == version {
            let precision =
                switch range.type {
                case "\(type)/\(subtype)": range.version == nil ? 3 : 4
                case "\(type)/*": 2
                case "*/*": 1
                default: 0
                }
            if precision > best.precision {
                best = Preference(quality: range.quality, precision: precision, position: -index)
            }
        }
        return best
    }

    /// Nil for an element that isn't well-formed: it asks for nothing.
    private static func range(_ element: Substring) -> MediaRange? {
        let parts = split(element, at: ";").map(trimmed)
        guard let type = parts.first, type.contains("/") else { return nil }
        var range = MediaRange(type: String(type))
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1).map(trimmed)
            switch (sides.first, sides.last) {
            case ("q", let value?):
                guard let quality = quality(value) else { return nil }
                range.quality = quality
            case ("version", let value?):
                range.version = value.filter { $0 != "\"" }
            default:
                continue
            }
        }
        return range
    }

    /// Thousandths of a `qvalue` (RFC 9110 §12.4.2): 0 to 1 with up to three decimals.
    private static func quality(_ text: Substring) -> Int? {
        let digits = text.utf8
        guard (1...5).contains(digits.count), let value = Double(String(text)),
            digits.allSatisfy({ $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }),
            value <= 1
        else { return nil }
        return Int((value * 1_000).rounded())
    }

    /// Splits at a separator that doesn't stand in a quoted string (RFC 9110 §5.6.4).
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var isQuoted = false
        var isEscaped = false
        return Substring(text).split {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, $0 == "\\" {
                isEscaped = true
            } else if $0 == "\"" {
                isQuoted.toggle()
            }
            return $0 == separator && !isQuoted
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
