internal import Certificates
internal import Glibc
internal import MicroHTTPD
internal import Pulse

/// The PEM files of a certificate and its key, with a word for everything that may be wrong with
/// them.
struct TLSFiles: Sendable {
    let certificate: SettingsFile
    let key: SettingsFile

    /// - Parameters:
    ///   - certificate: the first file's bytes.
    ///   - key: the second's.
    func credentials(certificate: [UInt8], key: [UInt8]) throws(ServerError) -> TLSCredentials {
        do throws(TLSCredentials.Fault) {
            return try TLSCredentials(certificate: certificate, key: key)
        } catch {
            throw .configuration(text(of: error))
        }
    }

    private func text(of fault: TLSCredentials.Fault) -> String {
        let (certificate, key) = (certificate.path, key.path)
        return switch fault {
        case .noCertificate:
            "\(certificate) holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
        case .brokenChain:
            "\(certificate) holds a certificate, and behind it what is none: is the file whole?"
        case .noKey:
            "\(key) holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"
        case .encryptedKey:
            "\(key) is encrypted: write it without its password, openssl pkey -in \(key) -out plain.pem"
        case .mismatch: "\(key) is not the key of the first certificate in \(certificate)"
        case .unsuitableKey:
            "the key of \(certificate) is of a kind that can't be served: RSA, ECDSA and EdDSA can"
        case .other(let text): "cannot use \(certificate) with \(key): \(text)"
        }
    }

    /// What clients say against a certificate at this time, or soon will; nil when they don't.
    ///
    /// - Parameter now: unix time.
    func objection(to validity: CertificateValidity, at now: Int64) -> String? {
        if now > validity.end {
            return "the certificate in \(certificate.path) has expired: it was valid until "
                + "\(Self.date(validity.end))"
        }
        if now < validity.begin {
            return "the certificate in \(certificate.path) is not valid yet: it will be from "
                + "\(Self.date(validity.begin)) on"
        }
        guard validity.end.clampedDifference(now) <= Self.notice else { return nil }
        return
            "the certificate in \(certificate.path) expires at \(Self.date(validity.end)): renew it"
    }

    /// Seconds before its end in which a certificate should have been renewed: as `pulse doctor` has it.
    private static let notice: Int64 = 14 * 86_400

    /// Such as `2026-11-27T06:30:00Z`.
    static func date(_ time: Int64) -> String {
        var seconds = time_t(time)
        var parts = tm()
        var text = [CChar](repeating: 0, count: 64)
        _ = unsafe gmtime_r(&seconds, &parts)
        let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
