import Testing

@testable import PulseCommand

@Suite("HostName")
struct HostNameTests {
    @Test(
        "is what can be the Host of a request",
        arguments: [
            "gpu1", "GPU1.example.org", "gpu1.example.org.", "my_service", "xn--mller-kva.example",
            "10.0.0.7", "::1", "[::1]", "fe80::1", "localhost",
            String(repeating: "a", count: 63) + ".b",
        ])
    func valid(text: String) {
        #expect(HostName.isValid(text))
    }

    @Test(
        "is nothing that can never be one, and says what to type instead",
        arguments: [
            ("", "name alone"), ("gpu1:8080", "name alone"), ("https://gpu1", "name alone"),
            ("gpu1/", "name alone"), ("user@gpu1", "name alone"), ("a,b", "name alone"),
            ("a b", "name alone"), (" gpu1", "name alone"), ("[::1]:80", "name alone"),
            ("[::1", "name alone"), ("[]", "name alone"), ("a\0", "name alone"),
            ("::1\0", "name alone"), ("*", "no patterns"), ("*.example.org", "no patterns"),
            (".example.org", "no patterns"), (".", "no patterns"), ("a..b", "1 to 63"),
            ("a..", "1 to 63"), (String(repeating: "a", count: 64), "1 to 63"),
            (String(repeating: "a.", count: 127) + "b", "253"), ("müller.example", "xn--"),
        ])
    func invalid(text: String, advice: String) {
        #expect(!HostName.isValid(text))
        #expect(HostName.advice(for: text).contains(advice))
    }

    @Test(
        "a host to listen on is a name or an address alone",
        arguments: [
            ("127.0.0.1", true), ("::", true), ("fe80::1%eth0", true), ("gpu1", true),
            ("127.1", true),
            ("localhost.", true), ("", false), ("[::1]", false), ("gpu1:8080", false),
            ("http://gpu1", false), ("*", false), ("gpu1/", false), ("%eth0", false),
        ])
    func listening(text: String, isPossible: Bool) {
        #expect((HostName.objection(toListeningOn: text) == nil) == isPossible)
    }
}
