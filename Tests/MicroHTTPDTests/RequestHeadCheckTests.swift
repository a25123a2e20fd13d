internal import Testing
@testable internal import MicroHTTPD

@Suite("RequestHeadCheck")
struct RequestHeadCheckTests {
    @Test(
        "accepts a sound head",
        arguments: [
            ["Host: localhost"],
            ["hOsT: localhost", "Accept: */*", "X-1!#$%&'*+-.^_`|~: any name of token characters"],
            ["Host: localhost", "Content-Length: 0"],
            ["Host:"],
            ["Host: localhost", "X: tab\tand ümlaut"],
        ])
    func sound(head: [String]) {
        #expect(fault(in: head) == nil)
    }

    @Test(
        "names the fault of an unacceptable head",
        arguments: [
            ([], .missingHost),
            (["X-Host: localhost"], .missingHost),
            (["Host: a", "Host: a"], .repeatedHost),
            (["Host: a", "HOST: b"], .repeatedHost),
            (["Host: a", "Content-Length: 1"], .unexpectedBody),
            (["Host: a", "Content-Length: 00"], .unexpectedBody),
            (["Host: a", "Content-Length: +0"], .unexpectedBody),
            (["Host: a", "Content-Length: 0, 0"], .unexpectedBody),
            (["Host: a", "Content-Length:"], .unexpectedBody),
            (["Host: a", "Content-Length: 0", "content-length: 0"], .unexpectedBody),
            (["Host: a", "Transfer-Encoding: chunked"], .unexpectedBody),
            (["Host: a", "transfer-encoding: identity"], .unexpectedBody),
            (["Host: a", "Transfer-Encoding: xchunked", "Content-Length: 0"], .unexpectedBody),
            (["Host: a", "Content-Length : 5"], .invalidFieldName),
            (["Host: a", "Transfer-Encoding\t: chunked"], .invalidFieldName),
            (["Host: a", "Häder: x"], .invalidFieldName),
            (["Host: a", ": x"], .invalidFieldName),
            (["Host: a", "A(b): x"], .invalidFieldName),
            (["Host: a", "X: a\u{1}"], .invalidFieldLine),
            (["Host: a", "X: a\rb"], .invalidFieldLine),
            (["Host: a\u{7f}"], .invalidFieldLine),
        ] as [([String], RequestFault)])
    func faulty(head: [String], expected: RequestFault) {
        #expect(fault(in: head) == expected)
    }

    @Test(
        "refuses a target with a space or a control character",
        arguments: [
            ("/a", nil), ("/é", nil), ("/a b", .invalidTarget), ("/\t", .invalidTarget),
            ("/\u{1}", .invalidTarget), ("/\u{7f}", .invalidTarget),
        ] as [(String, RequestFault?)])
    func target(target: String, expected: RequestFault?) {
        var check = RequestHeadCheck()
        check.inspect(target: Array(target.utf8).span)
        #expect(check.verdict(hostRequired: false) == expected)
    }

    @Test("needs no Host where the version is HTTP/1.0")
    func oldVersion() {
        #expect(fault(in: [], hostRequired: false) == nil)
        #expect(fault(in: ["Host: a", "Host: b"], hostRequired: false) == .repeatedHost)
    }

    @Test(
        "takes exactly the token characters of RFC 9110 for a field name",
        arguments: 0...255 as ClosedRange<UInt8>)
    func fieldNames(byte: UInt8) {
        let letters =
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 128
        let isToken = letters || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        var check = RequestHeadCheck()
        let name = [UInt8(ascii: "x"), byte]
        let value: [UInt8] = []
        check.inspect(name: name.span, value: value.span)
        #expect((check.verdict(hostRequired: false) == nil) == isToken)
    }

    private func fault(in head: [String], hostRequired: Bool = true) -> RequestFault? {
        var check = RequestHeadCheck()
        for line in head {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Array(parts[0].utf8)
            let value = Array(parts[1].drop { $0 == " " }.utf8)
            check.inspect(name: name.span, value: value.span)
        }
        return check.verdict(hostRequired: hostRequired)
    }
}
