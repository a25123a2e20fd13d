/// How many columns of a terminal a text takes: estimated, and rather too many than too few.
///
/// Terminals differ. An estimate that is too wide costs a column, one that is too narrow breaks the
/// line.
enum DisplayWidth {
    static func of(_ text: String) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    /// The longest beginning that fits.
    static func prefix(of text: Substring, columns: Int) -> Substring {
        var left = columns
        for index in text.indices {
            left -= of(text[index])
            if left < 0 { return text[..<index] }
        }
        return text
    }

    private static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            // Asks for the colourful form of the character before it, which is wide.
            width += scalar == "\u{FE0F}" ? 1 : of(scalar)
        }
        return width
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        // Marks that stand on, in or around the character before them.
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // Vowels and finals of Hangul that are written into the syllable before them.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    /// Wide or Fullwidth by UAX #11.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation
            || wide.contains { $0.contains(scalar.value) }
    }

    /// The scripts of East Asia and their symbols, gaps between them included.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E,
        0x3041...0x3247, 0x3250...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FB,
        0x1D300...0x1D376, 0x1F000...0x1F2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
        0x1F7D5...0x1F7FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
    ]
}
