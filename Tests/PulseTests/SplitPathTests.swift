import Testing

@testable import Pulse

@Suite("SplitPath")
struct SplitPathTests {
    @Test(
        "gives a directory that can be opened, and the name",
        arguments: [
            ("/run/pulse/status.json", "/run/pulse", "status.json"),
            ("status.json", ".", "status.json"),
            ("/status.json", "/", "status.json"), ("run/x/", "run", "x"), ("run/", ".", "run"),
            ("/", "/", ""), ("./x", ".", "x"), ("", ".", ""),
        ])
    func split(_ path: String, _ directory: String, _ name: String) {
        let split = SplitPath(path)
        #expect(split.directory == directory)
        #expect(split.name == name)
    }
}
