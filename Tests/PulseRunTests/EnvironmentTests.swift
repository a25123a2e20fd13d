import Testing

@testable import PulseRun

@Suite("Environment")
struct EnvironmentTests {
    @Test("replaces a variable and leaves the others")
    func sets() {
        var environment = Environment(["A=1", "AB=2", "C="])
        environment["A"] = "x=y"
        environment["D"] = "4"
        #expect(environment["A"] == "x=y")
        #expect(environment["AB"] == "2")
        #expect(environment["C"] == "")
        #expect(environment["D"] == "4")
        #expect(environment["E"] == nil)
        environment["A"] = nil
        #expect(environment["A"] == nil)
        #expect(environment.entries.count == 3)
    }

    @Test("knows this process's own")
    func own() {
        #expect(Environment.own["PATH"] != nil)
    }

    @Test(
        "keeps local requests from a proxy",
        arguments: [
            ([], nil), (["http_proxy=http://p:1"], "127.0.0.1"),
            (["ALL_PROXY=http://p:1", "no_proxy="], "127.0.0.1"),
            (["HTTP_PROXY=http://p:1", "NO_PROXY=.lan"], ".lan,127.0.0.1"),
            (["http_proxy=http://p:1", "no_proxy=a", "NO_PROXY=b"], "a,127.0.0.1"),
            (["http_proxy=http://p:1", "no_proxy=*"], "*"),
            (["https_proxy=http://p:1"], nil),
        ] as [([String], String?)])
    func proxies(entries: [String], exceptions: String?) {
        var environment = Environment(entries)
        environment.bypassProxyOnLoopback()
        #expect(environment["no_proxy"] == exceptions)
    }
}
