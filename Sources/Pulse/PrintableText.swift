/// Text from outside, made fit for a terminal or a log line.
///
/// A control character could move the cursor, change the title or forge a line; a bidirectional
/// control could show a line in another order than it stands (CVE-2021-42574). Both become escapes
/// that are seen.
package enum PrintableText {
    /// Marks on one character at most: no language has as many, and thousands would bury the lines
    /// around.
    private static let markLimit = 8

    /// Line breaks and tabs become spaces, other characters that act instead of being shown become
    /// `\u001b`.
    package static func escaping(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var marks = 0
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch action(of: scalar) {
            case .mark where marks == markLimit: continue
            case .mark, .show: result.append(scalar)
            // CRLF is one line break.
            case .space where scalar == "\n" && last == "\r": break
            case .space: result.append(" ")
            case .escape: result.append(contentsOf: escape(scalar).unicodeScalars)
            }
            marks = action(of: scalar) == .mark ? marks + 1 : 0
            last = scalar
        }
        return String(result)
    }

    /// The spelling of a scalar in ASCII, as JSON has it (RFC 8259 §7).
    package static func escape(_ scalar: Unicode.Scalar) -> String {
        UTF16.encode(scalar).map { pair in
            pair.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }.joined()
        } ?? ""
    }

    private enum Action { case show, mark, space, escape }

    private static func action(of scalar: Unicode.Scalar) -> Action {
        switch scalar {
        case " "..."~": return .show
        // Tab, the line breaks of Unicode (UAX #14), and the two separators.
        case "\t"..."\r", "\u{85}", "\u{2028}", "\u{2029}": return .space
        // Non-joiner and joiner: needed by words of many scripts, and by emoji.
        case "\u{200C}", "\u{200D}": return .show
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format: return .escape
        case .nonspacingMark, .enclosingMark: return .mark
        case .unassigned: return scalar.properties.isDefaultIgnorableCodePoint ? .escape : .show
        default: return .show
        }
    }
}
