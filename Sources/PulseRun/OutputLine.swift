/// A line of a program's output as a person sees it: without colours, and without the label of the
/// process that wrote it.
struct OutputLine: Hashable, Sendable {
    /// What a launcher put before the line, such as `[rank1]:`; empty when there was nothing.
    let label: [UInt8]
    /// Blanks before the text.
    let indent: Int
    /// Without white space around it; empty for a blank line.
    let text: [UInt8]

    /// Bytes of a line that are looked at.
    private static let limit = 4_096

    init(_ line: ArraySlice<UInt8>) {
        let (label, rest) = Self.split(Self.plain(line.prefix(Self.limit))[...])
        let text = rest.drop { $0 == Self.blank }
        self.label = label
        indent = text.startIndex - rest.startIndex
        self.text = Array(text.reversed().drop { $0 == Self.blank }.reversed())
    }

    private init(label: [UInt8], indent: Int, text: [UInt8]) {
        (self.label, self.indent, self.text) = (label, indent, text)
    }

    /// The lines of some output, without its progress bars.
    ///
    /// What a carriage return overwrites is a line too: of a bar only the newest is on screen, but
    /// the message before it was there.
    static func lines(of output: [UInt8]) -> [OutputLine] {
        var lines: [OutputLine] = []
        var rest = output[...]
        while !rest.isEmpty {
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
            let line = OutputLine(rest[..<end])
            if !ProgressBar.isBar(line.text) { lines.append(line) }
            // A carriage return and a line feed end one line, not two.
            let isPair = rest[end...].starts(with: [0x0D, 0x0A])
            rest = rest[end...].dropFirst(isPair ? 2 : 1)
        }
        return lines
    }

    /// The line without this text at its start; itself when it doesn't begin so.
    func without(_ prefix: [UInt8]) -> OutputLine {
        guard !prefix.isEmpty, text.starts(with: prefix) else { return self }
        let rest = text.dropFirst(prefix.count)
        let words = rest.drop { $0 == Self.blank }
        return OutputLine(
            label: label, indent: words.startIndex - rest.startIndex, text: Array(words))
    }

    /// The text within the sides of the frame that rich draws around a message; nil where there is none.
    var framed: [UInt8]? { Self.framed(text) }

    /// The same of a text.
    static func framed(_ text: [UInt8]) -> [UInt8]? {
        // U+2502, and no further one: that would be a table.
        let side = Array("│".utf8)
        guard text.count > 2 * side.count, text.starts(with: side),
            text.suffix(side.count).elementsEqual(side)
        else { return nil }
        let inner = text.dropFirst(side.count).dropLast(side.count)
        guard !String(decoding: inner, as: UTF8.self).contains("│") else { return nil }
        return Array(inner.drop { $0 == blank }.reversed().drop { $0 == blank }.reversed())
    }

    private static let blank = UInt8(ascii: " ")

    /// What launchers put before each line.
    ///
    /// torchrun (`[rank0]:`, `[default0]:`), `srun --label`
    /// (`0: `), `mpirun --tag-output` (`[1,0]<stderr>:`), Ray (`(main pid=7) `). Python puts the
    /// margin of an exception group (`  | `) there.
    private static let labels: [LineGlob] = [
        "[rank#]:", "[default#]:", "[trainer#]:", "#:", "[#,#]<stderr>:", "[#,#]<stdout>:",
        "(* pid=#)", "(* pid=#, ip=*)",
    ]

    /// The label and what follows it.
    private static func split(
        _ line: ArraySlice<UInt8>
    ) -> (label: [UInt8], rest: ArraySlice<UInt8>) {
        let text = line.drop { $0 == blank }
        let margin = text.startIndex - line.startIndex
        if margin > 0, let first = text.first,
            [UInt8(ascii: "|"), UInt8(ascii: "+")].contains(first)
        {
            let rest = text.dropFirst(text.dropFirst().first == blank ? 2 : 1)
            return (Array(repeating: blank, count: margin), rest)
        }
        guard let first = line.first,
            [UInt8(ascii: "["), UInt8(ascii: "(")].contains(first)
                || (0x30...0x39).contains(first)
        else { return ([], line) }
        // A label ends with a colon or a parenthesis, and perhaps a blank.
        for end in line.prefix(80).indices
        where line[end] == UInt8(ascii: ":") || line[end] == UInt8(ascii: ")") {
            let label = Array(line[...end])
            guard labels.match(label) else { continue }
            let rest = line[(end + 1)...]
            return (label, rest.first == blank ? rest.dropFirst() : rest)
        }
        return ([], line)
    }

    /// The text without escape sequences (ECMA-48) and control characters.
    static func plain(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var rest = line
        while let byte = rest.popFirst() {
            switch byte {
            case 0x1B: rest = afterEscape(rest)
            case 0x09: text.append(blank)
            case 0..<0x20, 0x7F: continue
            default: text.append(byte)
            }
        }
        return text
    }

    private static func afterEscape(_ sequence: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch sequence.first {
        case UInt8(ascii: "["):
            // Parameters, then one final byte.
            return sequence.dropFirst().drop { !(0x40...0x7E).contains($0) }.dropFirst()
        case UInt8(ascii: "]"):
            // Up to the bell, or to the terminator, an escape and a backslash.
            let end = sequence.dropFirst().drop { $0 != 0x07 && $0 != 0x1B }
            return end.dropFirst(end.first == 0x1B ? 2 : 1)
        default:
            return sequence.dropFirst()
        }
    }
}
