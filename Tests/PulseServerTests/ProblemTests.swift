import TestSupport
import MicroHTTPD
import Testing

@testable import PulseServer

@Suite("Problem")
struct ProblemTests {
    @Test("is a document of RFC 9457 with its text escaped")
    func document() {
        let problem = Problem(status: 400, title: "Bad Request", detail: "a \"b\"")
        #expect(
            problem.document.text
                == #"{"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "a \"b\""}"#
        )
    }

    @Test("carries the headers that its status demands")
    func headers() {
        #expect(Problem.methodNotAllowed(allow: "GET, HEAD").headers.map(\.name) == ["Allow"])
        #expect(Problem.unauthorized.headers.map(\.name) == ["WWW-Authenticate"])
        #expect(Problem.invalidToken.headers.map(\.name) == ["WWW-Authenticate"])
        #expect(Problem.unavailable("x", retryAfter: 5).headers.map(\.value) == ["5"])
    }
}
