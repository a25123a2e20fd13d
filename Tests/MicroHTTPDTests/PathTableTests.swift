internal import Testing
@testable internal import MicroHTTPD

@Suite("PathTable")
struct PathTableTests {
    private let table = PathTable(["/", "/status", "/events", "/é"])

    @Test("finds exactly the paths that it was made of")
    func found() {
        #expect(index(of: "/") == 0)
        #expect(index(of: "/status") == 1)
        #expect(index(of: "/events") == 2)
        #expect(index(of: "/é") == 3)
    }

    @Test(
        "finds nothing else",
        arguments: [
            "", "/statu", "/status/", "/Status", "/statuS", "//", "status", "/status?",
            "/../status",
        ])
    func notFound(path: String) {
        #expect(index(of: path) == nil)
    }

    private func index(of path: String) -> Int? { table.index(of: Array(path.utf8).span) }
}
