import Testing

@testable import PulseMonitor

@Suite("SourceName")
struct SourceNameTests {
    @Test(
        "of a file its stem, of status.json its folder",
        arguments: [
            ("/runs/bert.json", "bert"), ("/runs/bert/status.json", "bert"), ("/a/b.c.json", "b.c"),
            ("/a/noending", "noending"), ("/status.json", "run"), ("status.json", "run"),
            ("/runs/./status.json", "runs"), ("/runs//bert.json", "bert"),
            ("/runs/my run/status.json", "my-run"), ("/runs/.hidden.json", "hidden"),
            ("/runs/эксперимент.json", "run"), ("/a/x@y.json", "x-y"),
            ("/a/events.json", "run-events"),
            ("", "run"), ("/a/-_.json", "run"),
        ])
    func file(path: String, name: String) {
        #expect(SourceName(file: path).description == name)
    }

    @Test("of a key the key, with . for /")
    func key() {
        #expect(SourceName(key: "team/gpu-1").description == "team.gpu-1")
    }

    @Test("is no longer than a name may be")
    func long() {
        let name = SourceName(file: "/" + String(repeating: "x", count: 300) + ".json")
        #expect(name.description.utf8.count == 128)
    }
}
