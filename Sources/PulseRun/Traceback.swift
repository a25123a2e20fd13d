/// Python's tracebacks in a program's output: finds the exception at the end of each.
///
/// A header, frames that are indented, and the exception's line, which isn't. The processes of a
/// job write into each other's lines, so each label has a traceback of its own.
struct Traceback: Sendable {
    static let header: LineGlob = "*Traceback (most recent call last)*"

    /// An exception of pydantic's: what is wrong stands behind the name of each field.
    private static let list: LineGlob = "*# validation error* for *"

    /// A line of a list in an exception's text, which nothing else follows on an exception with.
    private static let listItem: LineGlob = "- *"

    /// What a line is to the traceback.
    enum Part: Hashable, Sendable {
        /// Its header, or a frame.
        case frame
        /// The exception itself.
        case exception
        /// A further line of the exception's text.
        case text
    }

    private enum State {
        case frames
        /// In the text of the exception; `isIndented` as the line before was, nil for the first.
        case text(isIndented: Bool?)
    }

    /// What stands before the header on its line, and perhaps before the others.
    private let prefix: [UInt8]
    private let indent: Int
    /// The exception's text goes on in the next line, because its first one says so.
    private var isAnnounced = false
    private var hasException = false
    private var state = State.frames

    /// Nil for a line that is no header.
    init?(_ line: OutputLine) {
        guard Self.header.matches(line.text) else { return nil }
        let words = Array("Traceback".utf8)
        let start = line.text.indices.first { line.text[$0...].starts(with: words) } ?? 0
        prefix = Array(line.text[..<start])
        indent = line.indent
    }

    /// Takes the next line of the same label; nil when the traceback is over before it.
    mutating func take(_ whole: OutputLine) -> Part? {
        let line = whole.without(prefix)
        switch state {
        case .frames: return takeInFrames(line)
        case .text(let before): return takeInText(line, before)
        }
    }

    private mutating func takeInFrames(_ line: OutputLine) -> Part? {
        if line.text.isEmpty || line.indent > indent || Self.isBox(line.text) { return .frame }
        guard let name = ErrorName(startOf: line.text), !hasException || name.isTelling else {
            // Frames within the text of an exception end with the text's next line; else it is
            // another's line.
            if hasException { state = .text(isIndented: false) }
            return hasException ? .text : .frame
        }
        isAnnounced = line.text.last == UInt8(ascii: ":") || Self.list.matches(line.text)
        hasException = true
        state = .text(isIndented: nil)
        return .exception
    }

    private mutating func takeInText(_ line: OutputLine, _ before: Bool?) -> Part? {
        if line.text.isEmpty { return before == nil && isAnnounced ? .frame : nil }
        if line.indent > indent {
            if line.text.starts(with: "File \"".utf8) {
                state = .frames
                return .frame
            }
            state = .text(isIndented: true)
            return .text
        }
        let goesOn = isAnnounced && before != true || Self.listItem.matches(line.text)
        guard goesOn, OutputRules.worth(of: line.text) != .nothing else { return nil }
        state = .text(isIndented: false)
        return .text
    }

    /// Whether it is a line of the frame that rich draws around a traceback.
    private static func isBox(_ text: [UInt8]) -> Bool {
        // U+2500 to U+257F
        text.count > 2 && text[0] == 0xE2 && (text[1] == 0x94 || text[1] == 0x95)
    }
}
