internal import Testing
@testable internal import MicroHTTPD

@Suite("HeadGate")
struct HeadGateTests {
    @Test(
        "lets a sound head through as it is, however it is cut into pieces",
        arguments: [
            "GET / HTTP/1.1|Host: localhost||", "GET / HTTP/1.0||", "GET  / HTTP/1.9|host:a||",
            "||GET / HTTP/1.1|HOST:|X:\t b\tc ümlaut \t|X-1!#$%&'*+-.^_`~: any name||",
            "GET /é?a=b&c HTTP/1.1|Host: a||GET /b HTTP/1.1|Host: b||",
        ])
    func sound(head: String) {
        for ending in ["\r\n", "\n"] {
            let bytes = Array(
                head.split(separator: "|", omittingEmptySubsequences: false)
                    .joined(separator: ending).utf8)
            for size in [1, 2, 3, bytes.count] {
                var gate = HeadGate(limit: 4_096, takesBody: false)
                #expect(gate.pass(bytes, by: size) == bytes)
                #expect(gate.faults.allSatisfy { $0 == nil })
            }
        }
    }

    @Test(
        "ends a faulty head where its fault is, with what the library needs to read it",
        arguments: [
            ("\0GET / HTTP/1.1|", .invalidRequestLine, "X / HTTP/1.1||"),
            ("|\rG", .invalidRequestLine, "|\r\nX / HTTP/1.1||"),
            ("G(T / HTTP/1.1|", .invalidRequestLine, "G / HTTP/1.1||"),
            ("GET\0 / HTTP/1.1|", .invalidRequestLine, "GET / HTTP/1.1||"),
            ("GET|", .invalidRequestLine, "GET / HTTP/1.1||"),
            ("GET /|", .invalidRequestLine, "GET / HTTP/1.1||"),
            ("GET \0", .invalidTarget, "GET  HTTP/1.1||"),
            ("GET /\0a HTTP/1.1|", .invalidTarget, "GET / HTTP/1.1||"),
            ("GET /\u{7f} HTTP/1.1|", .invalidTarget, "GET / HTTP/1.1||"),
            ("GET /\tb HTTP/1.1|", .invalidTarget, "GET / HTTP/1.1||"),
            ("GET /a b HTTP/1.1|", .invalidRequestLine, "GET /a  HTTP/1.1||"),
            ("GET / HTTP/1.1 |", .invalidRequestLine, "GET / HTTP/1.1 HTTP/1.1||"),
            ("GET / HTTP/2.0|", .unsupportedVersion, "GET / HTTP/ HTTP/1.1||"),
            ("GET / http/1.1|", .invalidRequestLine, "GET /  HTTP/1.1||"),
            ("GET / HTTP/1.1\r\rX", .invalidRequestLine, "GET / HTTP/1.1||"),
            ("GET / HTTP/1.1|: x||", .invalidFieldName, "GET / HTTP/1.1||"),
            ("GET / HTTP/1.1|X : y||", .invalidFieldName, "GET / HTTP/1.1|X:0||"),
            ("GET / HTTP/1.1|X: y\0z||", .invalidFieldLine, "GET / HTTP/1.1|X: y0||"),
            ("GET / HTTP/1.1|X: y| z||", .invalidFieldLine, "GET / HTTP/1.1|X: y||"),
            ("GET / HTTP/1.1|X: y\rz||", .invalidFieldLine, "GET / HTTP/1.1|X: y||"),
            ("GET / HTTP/1.1|X: y|\rz", .invalidFieldLine, "GET / HTTP/1.1|X: y||"),
        ] as [(String, RequestFault, String)])
    func faulty(head: String, fault: RequestFault, passed: String) {
        let bytes = Array(head.replacing("|", with: "\r\n").utf8)
        let expected = passed.replacing("|", with: "\r\n")
        for size in [1, 2, 5, bytes.count] {
            var gate = HeadGate(limit: 4_096, takesBody: false)
            #expect(String(decoding: gate.pass(bytes, by: size), as: UTF8.self) == expected)
            #expect(gate.faults == [fault])
        }
    }

    @Test(
        "names what is wrong with a whole head, and lets nothing through behind it",
        arguments: [
            ([], .missingHost), (["X-Host: a"], .missingHost),
            (["Host: a", "Host: a"], .repeatedHost), (["Host: a", "HOST: b"], .repeatedHost),
            (["Host: a", "Content-Length: 1"], .unexpectedBody),
            (["Host: a", "Content-Length: 00"], .unexpectedBody),
            (["Host: a", "Content-Length: 0", "content-length: 0"], .unexpectedBody),
            (["Host: a", "Transfer-Encoding: chunked"], .unexpectedBody),
            (["Host: a", "Content-Length: 0"], nil), (["Host: a", "Content-Length: \t0 \t"], nil),
        ] as [([String], RequestFault?)])
    func whole(fields: [String], fault: RequestFault?) {
        let head = (["GET / HTTP/1.1"] + fields + ["", ""]).joined(separator: "\r\n")
        var gate = HeadGate(limit: 4_096, takesBody: false)
        let passed = gate.pass(Array((head + "GET").utf8), by: 1_000)
        #expect(gate.faults.first == .some(fault))
        #expect(passed.count == (head + (fault == nil ? "GET" : "")).utf8.count)
    }

    @Test("finds each byte that no value has, wherever it stands", arguments: 0..<20)
    func value(place: Int) {
        for byte in UInt8.min...UInt8.max where byte != 0x0a && byte != 0x0d {
            var value = Array(repeating: UInt8(ascii: "a"), count: 20)
            value[place] = byte
            let head =
                Array("GET / HTTP/1.1\r\nHost: a\r\nX:".utf8) + value + Array("\r\n\r\n".utf8)
            let isText = byte == 0x09 || (byte >= 0x20 && byte != 0x7f)
            for size in [7, head.count] {
                var gate = HeadGate(limit: 4_096, takesBody: false)
                let passed = gate.pass(head, by: size)
                #expect(gate.faults == [isText ? nil : .invalidFieldLine], "\(byte)")
                #expect((passed == head) == isText)
            }
        }
    }

    @Test("takes little for each of ten thousand streams")
    func size() {
        #expect(MemoryLayout<HeadGate>.stride <= 40)
    }

    @Test("needs no Host where the version is HTTP/1.0")
    func oldVersion() {
        var gate = HeadGate(limit: 4_096, takesBody: false)
        _ = gate.pass(Array("GET / HTTP/1.0\r\n\r\n".utf8), by: 3)
        #expect(gate.faults == [nil])
    }

    @Test(
        "takes exactly the token characters of RFC 9110 for a method and a field's name",
        arguments: 0...255 as ClosedRange<UInt8>)
    func tokens(byte: UInt8) {
        let letters =
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 128
        #expect(HeadGate.isToken(byte) == (letters || "!#$%&'*+-.^_`|~".utf8.contains(byte)))
    }

    @Test("hides cookies and idle expectations from the library, and the length of no body")
    func disguise() {
        let head =
            "GET / HTTP/1.1\r\nHost: a\r\nCOOKIE: b\r\nExpect: c\r\nContent-Length: 0\r\n\r\n"
        for size in [1, 4, 1_000] {
            var gate = HeadGate(limit: 4_096, takesBody: true)
            let passed = String(decoding: gate.pass(Array(head.utf8), by: size), as: UTF8.self)
            #expect(passed.contains("COOKI~: b\r\nExpec~: c\r\nContent-Lengt~: 0\r\n"))
        }
    }

    @Test("lets bodies through uninspected, where they are taken, and reads on behind them")
    func bodies() {
        let text =
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: b\r\nContent-Length: 4\r\n\r\n\0\0\r\nGET / HTTP/1.0\r\n\r\n\0"
        for size in [1, 7, 1_000] {
            var gate = HeadGate(limit: 4_096, takesBody: true)
            let passed = String(decoding: gate.pass(Array(text.utf8), by: size), as: UTF8.self)
            #expect(passed == text.dropLast() + "X / HTTP/1.1\r\n\r\n")
            #expect(gate.faults == [nil, nil, .invalidRequestLine])
        }
    }

    @Test(
        "refuses a length that is no number, of a body that would be taken",
        arguments: [
            "", "-1", "+5", "0x5", "5,5", "5 5", "five", "5\r\nContent-Length: 5",
        ])
    func lengths(value: String) {
        var gate = HeadGate(limit: 4_096, takesBody: true)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\(value)\r\n\r\n"
        _ = gate.pass(Array(head.utf8), by: 1)
        #expect(gate.faults == [.invalidLength])
    }

    @Test("refuses what doesn't fit, before the library has to")
    func limits() {
        let long = String(repeating: "a", count: 5_000)
        for (head, fault) in [
            ("GET /\(long)", RequestFault.targetTooLong),
            ("GET /?" + String(repeating: "a&", count: 100), .targetTooLong),
            (long, .targetTooLong), (String(repeating: "\r\n", count: 5_000), .targetTooLong),
            ("GET / HTTP/1.1\r\nX: \(long)", .fieldsTooLarge),
            ("GET / HTTP/1.1\r\n\(long)", .fieldsTooLarge),
            ("GET / HTTP/1.1\r\n" + String(repeating: "a:\n", count: 100), .fieldsTooLarge),
        ] {
            var gate = HeadGate(limit: 4_096, takesBody: false)
            let passed = gate.pass(Array(head.utf8), by: 100)
            #expect(gate.faults == [fault])
            #expect(passed.count < 4_096 + 64)
        }
    }
}

extension HeadGate {
    /// What is let through of `bytes` that come `size` at a time.
    fileprivate mutating func pass(_ bytes: [UInt8], by size: Int) -> [UInt8] {
        var passed: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            var piece = Array(bytes[start..<min(start + size, bytes.count)])
            var span = piece.mutableSpan
            switch read(&span) {
            case .all: passed += piece
            case .end(after: let end, let completion):
                passed += piece[..<end] + Array(String(describing: completion).utf8)
            }
        }
        return passed
    }

    /// What is wrong with each head that was let through.
    fileprivate var faults: [RequestFault?] {
        var gate = self
        return (0..<waiting).map { _ in gate.takeUp() }
    }
}
