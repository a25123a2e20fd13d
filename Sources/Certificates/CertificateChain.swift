internal import CGnuTLS

/// The certificates of a PEM text: a server's own first, those that certify it behind.
@safe package struct CertificateChain: ~Copyable {
    // Ownership: ours, each certificate and the list; freed in deinit.
    private let certificates: UnsafeMutableBufferPointer<gnutls_x509_crt_t?>

    /// - Parameter pem: the bytes of a file.
    /// - Returns: nil when there is no certificate in it, or one that can't be read.
    package init?(pem: [UInt8]) {
        var text = pem
        var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
        var count: UInt32 = 0
        let code = unsafe text.withUnsafeMutableBufferPointer { buffer in
            var datum = unsafe gnutls_datum_t(
                data: buffer.baseAddress, size: UInt32(clamping: buffer.count))
            return unsafe gnutls_x509_crt_list_import2(
                &list, &count, &datum, GNUTLS_X509_FMT_PEM, 0)
        }
        guard code >= 0, count > 0, let list = unsafe list else { return nil }
        unsafe certificates = UnsafeMutableBufferPointer(start: list, count: Int(count))
    }

    /// Whether a PEM text has a certificate, whatever stands behind it.
    package static func isBegun(pem: [UInt8]) -> Bool {
        var certificate: gnutls_x509_crt_t?
        guard unsafe gnutls_x509_crt_init(&certificate) == 0 else { return false }
        defer { unsafe gnutls_x509_crt_deinit(certificate) }
        var text = pem
        return unsafe text.withUnsafeMutableBufferPointer { buffer in
            var datum = unsafe gnutls_datum_t(
                data: buffer.baseAddress, size: UInt32(clamping: buffer.count))
            return unsafe gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM) == 0
        }
    }

    deinit {
        for index in 0..<certificates.count {
            unsafe gnutls_x509_crt_deinit(certificates[index])
        }
        let list = unsafe UnsafeMutableRawPointer(certificates.baseAddress)
        unsafe CGnuTLS_free(
            gnutls_datum_t(data: list?.assumingMemoryBound(to: UInt8.self), size: 0))
    }

    /// When all are valid that clients look at: a root among them is theirs to know.
    package var validity: CertificateValidity {
        var validity = Self.validity(unsafe certificates[0])
        for index in 1..<max(1, certificates.count) {
            let certificate = unsafe certificates[index]
            let isRoot = unsafe gnutls_x509_crt_check_issuer(certificate, certificate) == 1
            if !isRoot {
                validity = validity.intersection(Self.validity(unsafe certificate))
            }
        }
        return validity
    }

    /// The algorithm of the first one's public key (`gnutls_pk_algorithm_t`).
    package var keyAlgorithm: UInt32 {
        UInt32(bitPattern: unsafe gnutls_x509_crt_get_pk_algorithm(certificates[0], nil))
    }

    private static func validity(_ certificate: gnutls_x509_crt_t?) -> CertificateValidity {
        CertificateValidity(
            begin: Int64(unsafe gnutls_x509_crt_get_activation_time(certificate)),
            end: Int64(unsafe gnutls_x509_crt_get_expiration_time(certificate)))
    }
}
