import Testing

@testable import Pulse

@Suite("JSONScanner")
struct JSONScannerTests {
    /// A scanner with its document: a span can't stand in `#expect`.
    private struct Scan {
        let bytes: [UInt8]
        var scanner = JSONScanner()

        init(_ text: String) {
            bytes = Array(text.utf8)
        }

        mutating func skip(_ byte: Unicode.Scalar) -> Bool {
            let document = bytes
            return scanner.skip(UInt8(ascii: byte), in: document.span)
        }

        mutating func expect(_ byte: Unicode.Scalar) throws(PulseError) {
            let document = bytes
            try scanner.expect(UInt8(ascii: byte), in: document.span)
        }

        mutating func string() throws(PulseError) -> JSONString {
            let document = bytes
            return try scanner.string(document.span)
        }

        mutating func field() throws(PulseError) -> PulseError.Field? {
            try string().field(bytes.span)
        }
    }

    @Test("passes over the four kinds of white space and nothing else")
    func whiteSpace() {
        for byte in UInt8.min...UInt8.max {
            let bytes = [byte]
            var scanner = JSONScanner()
            scanner.skipWhiteSpace(bytes.span)
            let isWhiteSpace = scanner.isAtEnd(bytes.span)
            #expect(isWhiteSpace == [0x20, 0x09, 0x0A, 0x0D].contains(byte))
        }
    }

    @Test("passes over a byte only where it stands")
    func skip() {
        var scan = Scan("{}")
        let skips = [scan.skip("}"), scan.skip("{"), scan.skip("}"), scan.skip("}")]
        #expect(skips == [false, true, true, false])
        #expect(scan.scanner.index == 2)
    }

    @Test(
        "tells a wrong byte from the end",
        arguments: [("x", .syntax), ("", .truncated)] as [(String, PulseError.Reason)])
    func unexpected(_ text: String, _ reason: PulseError.Reason) {
        var scan = Scan(text)
        let error = #expect(throws: PulseError.self) { try scan.expect(":") }
        #expect(error?.reason == reason)
        #expect(error?.offset == 0)
    }

    @Test(
        "finds where a string ends, and whether escapes are in it",
        arguments: [
            (#""next"#, 0, false), (#"plain" "#, 5, false), (#"a\"b""#, 4, true),
            (#"é€😀""#, 9, false), (#"\\""#, 2, true),
        ])
    func strings(_ text: String, _ end: Int, _ hasEscapes: Bool) throws {
        var scan = Scan(text)
        let string = try scan.string()
        #expect(string.range == 0..<end)
        #expect(string.hasEscapes == hasEscapes)
        #expect(scan.scanner.index == end + 1)
    }

    @Test("stops at the first byte that is not plain, wherever it stands", arguments: 0..<20)
    func plainText(_ position: Int) {
        for byte in UInt8.min...0x7F where byte != UInt8(ascii: "\\") {
            for filler in [0x20, 0x21, 0x7F] as [UInt8] {
                let text = [UInt8](repeating: filler, count: position) + [byte]
                let bytes = text + [UInt8](repeating: filler, count: 11) + [0x22]
                var scanner = JSONScanner()
                let string = try? scanner.string(bytes.span)
                let isRight =
                    switch byte {
                    case 0..<0x20: string == nil && scanner.index == position
                    case 0x22: string?.range == 0..<position
                    default: string?.range == 0..<bytes.count - 1
                    }
                if !isRight { Issue.record("\(byte) behind \(filler)") }
            }
        }
    }

    @Test("names a field by its name, however it is spelled", arguments: PulseError.Field.allCases)
    func fieldNames(_ field: PulseError.Field) throws {
        let name = field.rawValue
        let escaped = "\\u00" + String(name.utf8.first ?? 0, radix: 16) + name.dropFirst()
        for spelling in [name, escaped] {
            var scan = Scan(spelling + "\"")
            #expect(try scan.field() == field)
        }
    }

    @Test(
        "knows no field of another name",
        arguments: [
            "", "Status", "epochs", "total_epoch", "los", "messages", "time_stamp", "stätus",
            "epoc\\u0000",
        ])
    func otherNames(_ name: String) throws {
        var scan = Scan(name + "\"")
        #expect(try scan.field() == nil)
    }
}
