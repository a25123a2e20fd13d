internal import Pulse

/// A JSON document on one line that is fit for a terminal, with the same value: pure.
///
/// An event may hold line breaks, and a string what moves the cursor: JSON allows U+007F and above
/// as they are (RFC 8259 §7). All else stays as it came.
enum DocumentLine {
    /// The line without its end; nil when the document isn't JSON even then.
    static func of(_ document: [UInt8]) -> [UInt8]? {
        var line = String.UnicodeScalarView()
        var isInString = false
        var isEscaped = false
        for scalar in String(decoding: document, as: UTF8.self).unicodeScalars {
            if !isInString, ["\t", "\n", "\r"].contains(scalar) {
                line.append(" ")
            } else if isControl(scalar) {
                line.append(contentsOf: PrintableText.escape(scalar).unicodeScalars)
            } else {
                line.append(scalar)
            }
            if scalar == "\"", !isEscaped { isInString.toggle() }
            isEscaped = scalar == "\\" && !isEscaped
        }
        let bytes = Array(String(line).utf8)
        return JSONValue(bytes) == nil ? nil : bytes
    }

    /// What a terminal obeys, and what ends a line elsewhere.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
