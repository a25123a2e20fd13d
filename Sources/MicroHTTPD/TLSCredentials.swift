internal import CGnuTLS
package import Certificates

/// A certificate and its key, in the form that sessions are given.
///
/// A session that has begun keeps what it was given, also when the ``Daemon`` has got another.
@safe public final class TLSCredentials: Sendable {
    /// Why a pair can't be served.
    public enum Fault: Error, Sendable, Hashable {
        /// There is no certificate in PEM.
        case noCertificate
        /// There is one, and behind it another that can't be read: half a file.
        case brokenChain
        /// There is no private key in PEM.
        case noKey
        /// The key has a password.
        case encryptedKey
        /// The key isn't that of the first certificate.
        case mismatch
        /// A kind of key that no cipher suite takes: DSA, for one.
        case unsuitableKey
        /// In the words of GnuTLS.
        case other(String)
    }

    /// When the certificate and those that certify it are valid.
    package let validity: CertificateValidity
    // Ownership: ours; freed in deinit, when no session has it any more. Never changed.
    nonisolated(unsafe) private let handle: gnutls_certificate_credentials_t

    /// Reads PEM texts (`gnutls_certificate_set_x509_key_mem2`).
    ///
    /// - Parameters:
    ///   - certificate: the certificate, followed by those that certify it.
    ///   - key: the private key of the first certificate, without a password.
    public init(certificate: [UInt8], key: [UInt8]) throws(Fault) {
        validity = try Self.validity(of: certificate)
        try Self.check(key: key)
        var handle: gnutls_certificate_credentials_t?
        guard unsafe gnutls_certificate_allocate_credentials(&handle) == 0,
            let handle = unsafe handle
        else { throw .other("out of memory") }
        let code = unsafe Self.withDatum(certificate) { certificate in
            unsafe Self.withDatum(key) { key in
                unsafe gnutls_certificate_set_x509_key_mem2(
                    handle, certificate, key, GNUTLS_X509_FMT_PEM, nil, 0)
            }
        }
        guard code >= 0 else {
            unsafe gnutls_certificate_free_credentials(handle)
            throw code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH ? .mismatch : Self.other(code)
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe gnutls_certificate_free_credentials(handle)
    }

    /// Has a session show this certificate; it must not outlive this object.
    func serve(_ session: UnsafeMutableRawPointer) {
        _ = unsafe gnutls_credentials_set(
            OpaquePointer(session), GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(handle))
    }

    private static func validity(of text: [UInt8]) throws(Fault) -> CertificateValidity {
        guard let chain = CertificateChain(pem: text) else {
            throw CertificateChain.isBegun(pem: text) ? .brokenChain : .noCertificate
        }
        guard suitable.contains(chain.keyAlgorithm) else { throw .unsuitableKey }
        return chain.validity
    }

    private static let suitable = [
        GNUTLS_PK_RSA, GNUTLS_PK_RSA_PSS, GNUTLS_PK_ECDSA, GNUTLS_PK_EDDSA_ED25519,
        GNUTLS_PK_EDDSA_ED448,
    ].map(\.rawValue)

    private static func check(key text: [UInt8]) throws(Fault) {
        var key: gnutls_x509_privkey_t?
        guard unsafe gnutls_x509_privkey_init(&key) == 0 else { throw .other("out of memory") }
        defer { unsafe gnutls_x509_privkey_deinit(key) }
        let code = unsafe withDatum(text) {
            unsafe gnutls_x509_privkey_import2(key, $0, GNUTLS_X509_FMT_PEM, nil, 0)
        }
        if code == GNUTLS_E_DECRYPTION_FAILED { throw .encryptedKey }
        guard code >= 0 else { throw .noKey }
    }

    private static func withDatum(
        _ bytes: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Int32
    ) -> Int32 {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = unsafe gnutls_datum_t(
                data: buffer.baseAddress, size: UInt32(clamping: buffer.count))
            return unsafe body(&datum)
        }
    }

    private static func other(_ code: Int32) -> Fault {
        .other(unsafe String(cString: gnutls_strerror(code)))
    }
}
