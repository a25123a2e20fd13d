/// One line of styled pieces: what a terminal shows, before it is known whether it has colours.
struct StyledText: Equatable, Sendable, ExpressibleByStringLiteral {
    /// The style of a piece: a second sign only, the words hold everything.
    enum Style: String, Sendable {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "1;31"
        case green = "1;32"
        case yellow = "1;33"
        case cyan = "1;36"
    }

    private(set) var pieces: [(text: String, style: Style)] = []

    init(_ text: String = "", _ style: Style = .plain) {
        append(text, style)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    mutating func append(_ text: String, _ style: Style = .plain) {
        if !text.isEmpty { pieces.append((text, style)) }
    }

    /// The words alone.
    var text: String { pieces.map(\.text).joined() }

    /// Columns that it takes.
    var width: Int { DisplayWidth.of(text) }

    /// The first columns of it, ended by an ellipsis where something is left out.
    func fitted(to columns: Int, ellipsis: String) -> StyledText {
        guard width > columns else { return self }
        var left = max(0, columns - DisplayWidth.of(ellipsis))
        var result = StyledText()
        for piece in pieces {
            let text = String(DisplayWidth.prefix(of: piece.text[...], columns: left))
            result.append(text, piece.style)
            left -= DisplayWidth.of(text)
            if text.utf8.count < piece.text.utf8.count { break }
        }
        if columns >= DisplayWidth.of(ellipsis) { result.append(ellipsis) }
        return result
    }

    /// With the escape sequences of ECMA-48 §8.3.117, or without.
    func rendered(inColor: Bool) -> String {
        guard inColor else { return text }
        return pieces.map { piece in
            piece.style == .plain
                ? piece.text : "\u{1B}[\(piece.style.rawValue)m\(piece.text)\u{1B}[0m"
        }.joined()
    }

    static func == (left: Self, right: Self) -> Bool {
        left.pieces.elementsEqual(right.pieces, by: ==)
    }
}
