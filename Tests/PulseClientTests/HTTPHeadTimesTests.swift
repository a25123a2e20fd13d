import Testing

@testable import PulseClient

@Suite("HTTPHead times")
struct HTTPHeadTimesTests {
    private func retryAfter(_ lines: String...) throws -> Duration? {
        try HTTPHead(lines: ["HTTP/1.1 503 x"] + lines).retryAfter(now: 784_111_777)
    }

    @Test("reads seconds, also more than a number holds")
    func seconds() throws {
        #expect(try retryAfter("Retry-After: 5") == .seconds(5))
        #expect(try retryAfter("Retry-After: 0") == .zero)
        for digits in ["9223372036854776", "99999999999999999999"] {
            let wait = try #require(try retryAfter("Retry-After: \(digits)"))
            #expect(wait == .seconds(Int32.max))
        }
    }

    @Test("reads a date, by the server's own clock where it tells it")
    func date() throws {
        let date = "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"
        #expect(try retryAfter(date) == .seconds(30))
        #expect(try retryAfter(date, "Date: Sun, 06 Nov 1994 08:50:00 GMT") == .seconds(7))
        #expect(try retryAfter("Retry-After: Sunday, 06-Nov-94 08:49:38 GMT") == .seconds(1))
        #expect(try retryAfter("Retry-After: Thu, 01 Jan 1970 00:00:00 GMT") == .zero)
        #expect(
            try retryAfter("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")?.components.seconds ?? 0
                > 200_000_000_000)
    }

    @Test("passes over what is neither", arguments: ["", "soon", "-5", "+5", "1.5", "5s", "５"])
    func others(_ text: String) throws {
        #expect(try retryAfter("Retry-After: \(text)") == nil)
        #expect(try retryAfter() == nil)
    }
}
