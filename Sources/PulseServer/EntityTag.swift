internal import Pulse

/// A strong entity tag made from the bytes that it stands for (RFC 9110 §8.8.3).
///
/// From the bytes and nothing else: every replica of a server gives the same tag to the same state,
/// and a restart changes none.
struct EntityTag: Sendable, Hashable {
    /// The tag with its quotes.
    private let quoted: [UInt8]

    /// How two tags are compared (RFC 9110 §8.8.3.2).
    enum Comparison {
        /// A weak tag equals none: of `If-Match` (§13.1.1).
        case strong
        /// Weak or not is all the same: of `If-None-Match` (§13.1.2).
        case weak
    }

    /// The tag with its quotes, as it stands in the header.
    var text: String { String(decoding: quoted, as: UTF8.self) }

    init(of bytes: [UInt8]) {
        quoted = Array("\"\(Fingerprint.of(bytes))\"".utf8)
    }

    /// Whether a list of tags names this one, or all by a star.
    func isNamed(by field: Span<UInt8>, _ comparison: Comparison) -> Bool {
        Self.anyNamed(by: field) { start, end, isWeak in
            !(isWeak && comparison == .strong) && isEqual(field, from: start, to: end)
        }
    }

    /// Whether a list of tags names whatever there is, by a star.
    static func isAnyNamed(by field: Span<UInt8>) -> Bool {
        anyNamed(by: field) { _, _, _ in false }
    }

    /// Whether a list has a star, or a tag that is wanted: from its first quote to behind its last.
    private static func anyNamed(
        by field: Span<UInt8>, isWanted: (_ start: Int, _ end: Int, _ isWeak: Bool) -> Bool
    ) -> Bool {
        var index = 0
        while index < field.count {
            switch field[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","):
                index += 1
            case UInt8(ascii: "*"):
                return true
            default:
                let isWeak =
                    field[index] == UInt8(ascii: "W") && index + 1 < field.count
                    && field[index + 1] == UInt8(ascii: "/")
                if isWeak { index += 2 }
                guard index < field.count, field[index] == UInt8(ascii: "\"") else { return false }
                let end = closingQuote(in: field, after: index)
                if isWanted(index, end, isWeak) { return true }
                index = end
            }
        }
        return false
    }

    /// The index behind the quote that closes the tag which opens at `start`.
    private static func closingQuote(in field: Span<UInt8>, after start: Int) -> Int {
        var index = start + 1
        while index < field.count, field[index] != UInt8(ascii: "\"") { index += 1 }
        return min(index + 1, field.count)
    }

    private func isEqual(_ field: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        let suffixStart = start + quoted.count - 1
        guard suffixStart < end, field[end - 1] == UInt8(ascii: "\"") else { return false }
        for offset in 0..<quoted.count - 1 where field[start + offset] != quoted[offset] {
            return false
        }
        return Self.isCodingSuffix(field.extracting(suffixStart..<end - 1))
    }

    /// What proxies that compress put into a tag, behind what stood there: nothing, or the coding.
    ///
    /// `-gzip` and `-br` are of Apache's mod_deflate and mod_brotli and of lighttpd, `--gzip` of
    /// Jetty, `;gzip` of others. Apache asks with such a tag as well, and without this what it
    /// compresses would be sent anew each time.
    private static func isCodingSuffix(_ text: Span<UInt8>) -> Bool {
        var start = 0
        while start < min(text.count, 2), "-;".utf8.contains(text[start]) { start += 1 }
        let coding = text.extracting(start..<text.count)
        if start == 0 { return text.count == 0 }
        return codings.contains { Bytes.equal(coding, $0) }
    }

    /// The content codings (RFC 9110 §18.6, RFC 7932, RFC 8878) that proxies compress with.
    private static let codings = ["gzip", "br", "zstd", "deflate"].map { Array($0.utf8) }
}
