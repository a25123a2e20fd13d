/// The last line that a program wrote for people, found in the last bytes of its output.
///
/// That is the last line with a letter or a digit in it which is no progress bar: tqdm draws its
/// bar once more after a traceback, and launchers end with a rule of dashes.
enum LastLine {
    /// Bytes from the end that are searched: enough for many bars behind a message.
    static let window = 16_384
    /// Characters at most: it becomes part of a status message.
    private static let limit = 300

    /// nil when there is none.
    static func find(in tail: [UInt8]) -> String? {
        // What a carriage return overwrites is a line too: of a bar only the newest is on screen,
        // but the message before it was there.
        let lines = tail.split { $0 == 0x0A || $0 == 0x0D }
        for line in lines.reversed() {
            let text = plain(line)
            if text.contains(where: { $0.isLetter || $0.isNumber }), !isBar(text) {
                return text.count > limit ? text.prefix(limit - 1) + "…" : text
            }
        }
        return nil
    }

    /// The text without escape sequences (ECMA-48), control characters, and white space around it.
    private static func plain(_ line: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        var rest = line
        while let byte = rest.popFirst() {
            switch byte {
            case 0x1B: rest = afterEscape(rest)
            case 0x09: text.append(0x20)
            case 0..<0x20, 0x7F: continue
            default: text.append(byte)
            }
        }
        let words = String(decoding: text, as: UTF8.self)
        return String(
            words.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
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

    /// Whether it looks like tqdm's ` 30%|███   | 3/10 [00:03<00:07,  1.01s/it]` or `3it [00:01, …]`.
    private static func isBar(_ text: String) -> Bool {
        let hasPercent = text.contains("%|")
        let hasRate = ["it/s", "s/it", "?it", "B/s"].contains { text.contains($0) }
        return (hasPercent || hasRate) && text.contains("[") && text.last == "]"
    }
}
