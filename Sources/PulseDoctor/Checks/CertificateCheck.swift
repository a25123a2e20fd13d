internal import Certificates
internal import Pulse
internal import PulseClient

/// Whether clients will take the certificate that the server shows, now and in two weeks.
enum CertificateCheck {
    private static let name = "certificate"

    /// Seconds before its end in which a certificate should have been renewed.
    private static let notice: Int64 = 14 * 86_400

    static func findings(_ facts: Facts) -> [Finding] {
        [facts.certificate, facts.port.server?.certificate].compactMap(\.self).map {
            finding($0, facts.now)
        }
    }

    private static func finding(_ certificate: CertificateFacts, _ now: Int64) -> Finding {
        let what =
            certificate.path.map { "The certificate in \($0)" }
            ?? "The certificate that the server shows"
        guard let validity = certificate.validity else {
            return .problem(
                name, "\(certificate.path ?? "") holds no certificate that can be read.",
                fix: "Give a PEM file that this user can read: -----BEGIN CERTIFICATE-----")
        }
        if validity.begin > now {
            return .problem(
                name, "\(what) isn't valid yet: it begins in \(span(validity.begin, now)).",
                fix: "Wait, or set this machine's clock by NTP: timedatectl set-ntp true")
        }
        let renewal =
            certificate.path == nil
            ? "Renew it, and see that the server reads the new one: restart it."
            : "Renew it: clients refuse it from then on."
        if validity.end < now {
            return .problem(
                name, "\(what) expired \(span(now, validity.end)) ago: clients refuse it.",
                fix: renewal)
        }
        let left = validity.end.clampedDifference(now)
        guard left > notice else {
            return .problem(
                name, "\(what) expires in \(span(validity.end, now)).", fix: renewal)
        }
        return .ok(name, "\(what) is valid for \(span(validity.end, now)).")
    }

    private static func span(_ end: Int64, _ begin: Int64) -> String {
        TimeSpan.text(end.clampedDifference(begin))
    }
}
