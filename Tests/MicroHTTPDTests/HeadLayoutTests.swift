internal import Testing
@testable internal import MicroHTTPD

@Suite("HeadLayout")
struct HeadLayoutTests {
    @Test(
        "accepts plain lines, however they end and whatever blanks follow the colon",
        arguments: [
            "GET / HTTP/1.1|#Host:=a|#|", "GET / HTTP/1.1|#Host:   =a|#X:=|#|", "GET / HTTP/1.0|#|",
            "GET / HTTP/1.1#Host:=a#X:\t=b c##", "GET / HTTP/1.1#Host:=a|##", "GET / HTTP/1.0##",
        ])
    func plain(head: String) {
        #expect(Head(head).isPlain)
    }

    @Test(
        "refuses what hides bytes from the fields that are seen",
        arguments: [
            // A line that begins with a colon ends the head for the library.
            "GET / HTTP/1.1|#Host:=a|#: x|#", "GET / HTTP/1.1|#Host:=a|#:|#",
            // A value, a name that was cut at a NUL; a field that was never seen.
            "GET / HTTP/1.1|#Host:=a|bc|#|#", "GET / HTTP/1.1|#Host:=a|bc|#X:=y|#|#",
            "GET / HTTP/1.1|#X: y|#Host:=a|#|#",
            // Something between colon and value.
            "GET / HTTP/1.1|#Host: |=a|#|#", "GET / HTTP/1.1|#Host: x=a|#|#",
        ])
    func irregular(head: String) {
        #expect(!Head(head).isPlain)
    }

    @Test("refuses a name that the library has moved elsewhere, before or behind its value")
    func folded() throws {
        let head = Array("HTTP/1.1\0\0Host\0 a\0\0b\0\0\0\0Hostb\0".utf8)
        try unsafe head.withUnsafeBytes { bytes in
            let first = try unsafe #require(bytes.baseAddress)
            for start in [0, 24] {
                var layout = unsafe HeadLayout(behind: first + 8)
                let name = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + 4])
                unsafe layout.follow(name: name, value: .init(rebasing: bytes[16..<17]))
                #expect(!layout.isPlain)
            }
        }
    }
}

/// A head as the library leaves it in its buffer, written with marks for what it has replaced.
///
/// `|` and `#` stand for CR and LF, both NUL now; the text from the last `#` to `:` is a field's
/// name, and from `=` to the next mark its value. The first text, up to a mark, is the request line.
private struct Head {
    let isPlain: Bool

    init(_ marked: String) {
        var bytes: [UInt8] = []
        var fields: [(name: Range<Int>, value: Range<Int>)] = []
        var lineStart = 0
        var name: Range<Int>?
        var value: Int?
        var requestLine = 0
        for mark in marked.utf8 {
            switch mark {
            case UInt8(ascii: "|"), UInt8(ascii: "#"):
                if requestLine == 0 { requestLine = bytes.count }
                if let named = name, let start = value {
                    fields.append((named, start..<bytes.count))
                }
                (name, value) = (nil, nil)
                bytes.append(0)
                if mark == UInt8(ascii: "#") { lineStart = bytes.count }
            case UInt8(ascii: ":"):
                name = lineStart..<bytes.count
                bytes.append(0)
            case UInt8(ascii: "="):
                value = bytes.count
            default:
                bytes.append(mark)
            }
        }
        isPlain = unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return false }
            var layout = unsafe HeadLayout(behind: start + requestLine)
            for field in fields {
                unsafe layout.follow(
                    name: .init(rebasing: buffer[field.name]),
                    value: .init(rebasing: buffer[field.value]))
            }
            unsafe layout.finish(at: start + buffer.count)
            return layout.isPlain
        }
    }
}
