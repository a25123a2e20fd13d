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

    private func index(of path: String) -> Int? { table.match(Array(path.utf8).span)?.index }

    @Test("finds what stands for a parameter, and plain paths before it")
    func parameter() {
        let table = PathTable(["/runs", "/runs/{id}", "/runs/{id}/status", "/runs/events"])
        func match(_ path: String) -> PathTable.Match? { table.match(Array(path.utf8).span) }
        #expect(match("/runs/a@1") == PathTable.Match(index: 1, parameter: Array("a@1".utf8)))
        #expect(
            match("/runs/a/status") == PathTable.Match(index: 2, parameter: Array("a".utf8)))
        #expect(match("/runs/events") == PathTable.Match(index: 3, parameter: nil))
        #expect(match("/runs/status")?.index == 1)
    }

    @Test(
        "takes one segment as a parameter, and not an empty one",
        arguments: [
            "/runs/", "/runs//status", "/runs/a/b", "/runs/a/b/status", "/runs/a/", "/runsa",
            "/runs/a/statu", "/runs/status/", "/runs/status/status/status",
        ])
    func noParameter(path: String) {
        let table = PathTable(["/runs", "/runs/{id}", "/runs/{id}/status"])
        #expect(table.match(Array(path.utf8).span) == nil)
    }
}
