import Certificates
import Testing

@testable import PulseServer

@Suite("ServedCertificate")
struct ServedCertificateTests {
    private static let day: Int64 = 86_400
    private let files = TLSFiles(
        certificate: SettingsFile(path: "cert.pem"), key: SettingsFile(path: "key.pem"))

    private func certificate(_ begin: Int64, _ end: Int64) -> ServedCertificate {
        ServedCertificate(CertificateValidity(begin: begin, end: end), of: files)
    }

    @Test("says nothing until two weeks before the end, and then once a day")
    func reminders() {
        let end = 30 * Self.day
        let served = certificate(0, end)
        #expect(served.reminder(at: 0) == nil)
        #expect(served.reminder(at: end - 14 * Self.day - 1) == nil)
        let first = served.reminder(at: end - 14 * Self.day)
        #expect(first == "the certificate in cert.pem expires at 1970-01-31T00:00:00Z: renew it")
        #expect(served.reminder(at: end - 14 * Self.day + 1) == nil)
        #expect(served.reminder(at: end - 13 * Self.day - 1) == nil)
        #expect(served.reminder(at: end - 13 * Self.day) == first)
        #expect(
            served.reminder(at: end + 1)
                == "the certificate in cert.pem has expired: it was valid until 1970-01-31T00:00:00Z"
        )
    }

    @Test("says at once what is to be said of another one, and nothing of a good one")
    func renewal() {
        let served = certificate(0, Self.day)
        #expect(served.reminder(at: 10) != nil)
        served.use(CertificateValidity(begin: 0, end: 90 * Self.day))
        #expect(served.end == 90 * Self.day)
        #expect(served.reminder(at: 11) == nil)
        served.use(CertificateValidity(begin: 100, end: 200))
        #expect(served.reminder(at: 12)?.contains("is not valid yet") == true)
    }

    @Test("survives a clock that is set back, and any time that a certificate holds")
    func clocks() {
        let served = certificate(0, Self.day)
        #expect(served.reminder(at: 1_000) != nil)
        #expect(served.reminder(at: 500) != nil)
        for validity in [(Int64.min, Int64.max), (.max, .min), (-1, -1)] {
            for now in [Int64.min, -1, 0, .max] {
                _ = certificate(validity.0, validity.1).reminder(at: now)
            }
        }
    }
}
