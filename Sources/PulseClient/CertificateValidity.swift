internal import CGnuTLS
internal import Pulse

/// When a certificate begins and ends to be valid (RFC 5280 §4.1.2.5): unix times.
package struct CertificateValidity: Sendable, Equatable {
    package let begin: Int64
    package let end: Int64

    package init(begin: Int64, end: Int64) {
        (self.begin, self.end) = (begin, end)
    }

    /// Bytes of a file with certificates at most.
    private static let sizeLimit = 1 << 20

    /// Of the certificates in a PEM file, the time in which all are valid; nil when there is none.
    package init?(file: String) {
        guard var text = try? WholeFile.bytes(of: file, upTo: Self.sizeLimit) else { return nil }
        var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
        var count: UInt32 = 0
        let code = unsafe text.withUnsafeMutableBufferPointer { buffer in
            var datum = unsafe gnutls_datum_t(
                data: buffer.baseAddress, size: UInt32(buffer.count))
            return unsafe gnutls_x509_crt_list_import2(
                &list, &count, &datum, GNUTLS_X509_FMT_PEM, 0)
        }
        guard code >= 0, count > 0, let list = unsafe list else { return nil }
        var validity = CertificateValidity(begin: .min, end: .max)
        for index in 0..<Int(count) {
            let certificate = unsafe list[index]
            validity = CertificateValidity(
                begin: max(
                    validity.begin,
                    Int64(unsafe gnutls_x509_crt_get_activation_time(certificate))),
                end: min(
                    validity.end,
                    Int64(unsafe gnutls_x509_crt_get_expiration_time(certificate))))
            unsafe gnutls_x509_crt_deinit(certificate)
        }
        unsafe UnsafeMutableRawPointer(list).withMemoryRebound(to: UInt8.self, capacity: 0) {
            unsafe CGnuTLS_free(gnutls_datum_t(data: $0, size: 0))
        }
        self = validity
    }
}
