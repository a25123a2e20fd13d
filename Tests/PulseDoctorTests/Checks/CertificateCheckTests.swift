import Certificates
import Testing

@testable import PulseDoctor

@Suite("CertificateCheck")
struct CertificateCheckTests {
    private static let day: Int64 = 86_400

    /// The finding for a certificate whose times lie so many seconds from now.
    private func finding(_ begin: Int64, _ end: Int64) -> Finding? {
        CertificateCheck.findings(
            .sample {
                $0.certificate = CertificateFacts(
                    path: "/etc/pulse.pem",
                    validity: CertificateValidity(begin: $0.now + begin, end: $0.now + end))
            }
        ).first
    }

    @Test(
        "finds what has expired, what is about to, and what has not begun",
        arguments: [
            (-1, 15 * day, Finding.Level.ok, "is valid for 15 days"),
            (0, 14 * day + 1, .ok, "is valid for 14 days"),
            (-1, 14 * day, .problem, "expires in 14 days"),
            (-1, 3_600, .problem, "expires in 60 min"),
            (-1, 0, .problem, "expires in 0 s"), (-9, -1, .problem, "expired 1 s ago"),
            (-9 * day, -3 * day, .problem, "expired 3 days ago"),
            (3 * day, 90 * day, .problem, "isn't valid yet: it begins in 3 days"),
        ])
    func validity(_ begin: Int64, _ end: Int64, _ level: Finding.Level, _ words: String) {
        let finding = finding(begin, end)
        #expect(finding?.level == level)
        #expect(finding?.text.hasPrefix("The certificate in /etc/pulse.pem ") == true)
        #expect(finding?.text.contains(words) == true)
        #expect((finding?.fix == nil) == (level == .ok))
    }

    @Test("survives every time that a certificate can hold")
    func extremes() {
        for begin in [Int64.min, 0, .max] {
            for end in [Int64.min, 0, .max] {
                let findings = CertificateCheck.findings(
                    .sample {
                        $0.certificate = CertificateFacts(
                            path: "c", validity: CertificateValidity(begin: begin, end: end))
                    })
                #expect(findings.count == 1)
            }
        }
    }

    @Test("says that a file holds none, and judges the one that a server shows as well")
    func others() {
        let none = CertificateCheck.findings(
            .sample { $0.certificate = CertificateFacts(path: "/c") })
        #expect(none.map(\.text) == ["/c holds no certificate that can be read."])
        let shown = CertificateCheck.findings(
            .sample {
                $0.port.server = ServerFacts(isPulse: true)
                $0.port.server?.certificate = CertificateFacts(
                    validity: CertificateValidity(begin: 0, end: 1))
            })
        #expect(shown.map(\.level) == [.problem])
        #expect(shown[0].text.hasPrefix("The certificate that the server shows expired"))
        #expect(CertificateCheck.findings(.sample()) == [])
    }
}
