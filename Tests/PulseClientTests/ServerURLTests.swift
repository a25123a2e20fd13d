import Testing

@testable import PulseClient

@Suite("ServerURL")
struct ServerURLTests {
    @Test(
        "finds the server that is meant",
        arguments: [
            ("http://localhost:8080", "http://localhost:8080/"),
            ("http://localhost:8080/", "http://localhost:8080/"),
            ("HTTP://gpu1", "http://gpu1/"),
            ("http://gpu1:80/", "http://gpu1/"),
            ("https://gpu1:443", "https://gpu1/"),
            ("https://gpu1:80", "https://gpu1:80/"),
            ("http://gpu1:/", "http://gpu1/"),
            ("http://[::1]:8080", "http://[::1]:8080/"),
            ("http://[::1]", "http://[::1]/"),
            ("http://example.org/run/1", "http://example.org/run/1/"),
            ("http://example.org/run/1/", "http://example.org/run/1/"),
            // What is copied from a browser or from the documentation.
            ("http://localhost:8080/events", "http://localhost:8080/"),
            ("http://localhost:8080/status?x=1#top", "http://localhost:8080/"),
            ("http://localhost:8080/index.html", "http://localhost:8080/"),
            ("http://example.org/run/progress", "http://example.org/run/"),
            ("http://example.org/status/", "http://example.org/status/"),
        ])
    func meaning(_ text: String, _ canonical: String) throws {
        #expect(try ServerURL(text).description == canonical)
    }

    @Test("asks below its path, and names host and port as the protocol wants it")
    func resources() throws {
        let url = try ServerURL("http://[fe80::1]:8080/run")
        #expect(url.path("events") == "/run/events")
        #expect(url.authority == "[fe80::1]:8080")
        #expect(url.host == "fe80::1")
        #expect(url.port == 8080)
        #expect(!url.isEncrypted)
        #expect(try ServerURL("https://gpu1").isEncrypted)
    }

    @Test(
        "says what is wrong with others",
        arguments: [
            ("ftp://host", "http:// or https://"), ("http:/host", "http:// or https://"),
            ("http://", "no host"), ("http://:8080", "no host"), ("http:///status", "no host"),
            ("http://host:0", "'0' is no port"), ("http://host:65536", "'65536' is no port"),
            ("http://host:http", "'http' is no port"), ("http://[::1", "bracket"),
            ("http://[::1]8080", "'8080' is no port"),
            ("http://me:secret@host", "--token-file"), ("http://host/?token=abc", "--token-file"),
            ("http://host/a b", "spaces"), ("http://höst", "ASCII"),
            // A line break would begin another header field.
            ("http://host/\r\nX: y", "spaces"),
        ])
    func errors(_ text: String, _ part: String) {
        let error = #expect(throws: ServerURL.ParseError.self) { try ServerURL(text) }
        #expect(error?.description.contains(part) == true)
    }

    @Test(
        "knows URLs from paths",
        arguments: [
            ("http://host", true), ("ftp://host", true), ("status.json", false),
            ("run/http://host", false), ("localhost:8080", false), ("/tmp/a://b", false),
            ("a:/b", false), ("", false),
        ])
    func looks(_ text: String, _ isURL: Bool) {
        #expect(ServerURL.looksLikeURL(text) == isURL)
    }
}
