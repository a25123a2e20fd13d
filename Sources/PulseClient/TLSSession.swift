internal import CGnuTLS
internal import Certificates
internal import Glibc

/// The encryption of one connection, by GnuTLS.
@safe final class TLSSession {
    private let session: gnutls_session_t?
    private let credentials: gnutls_certificate_credentials_t?
    /// The session points to it.
    private let host: UnsafeMutablePointer<CChar>?

    /// - Parameters:
    ///   - descriptor: a connected socket that doesn't block; it stays the caller's.
    ///   - trust: whether the other side's certificate is verified, and by which authorities.
    /// - Throws: ``LinkError``.
    init(descriptor: Int32, host: String, trust: ServerTrust) throws(LinkError) {
        var session: gnutls_session_t?
        var credentials: gnutls_certificate_credentials_t?
        let flags = UInt32(GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL)
        let isMade =
            unsafe gnutls_certificate_allocate_credentials(&credentials) == 0
            && gnutls_init(&session, flags) == 0
        unsafe self.session = unsafe session
        unsafe self.credentials = unsafe credentials
        unsafe self.host = unsafe strdup(host)
        guard isMade else { throw LinkError("TLS: no memory") }
        try Self.check(unsafe gnutls_set_default_priority(session))
        try Self.check(
            unsafe gnutls_credentials_set(
                session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials)))
        _ = unsafe gnutls_server_name_set(session, GNUTLS_NAME_DNS, host, host.utf8.count)
        if case .certified(let authorities) = trust { try verify(authorities: authorities) }
        unsafe gnutls_transport_set_int2(session, descriptor, descriptor)
    }

    /// Has the handshake fail unless the certificate is for the host, from a known authority.
    private func verify(authorities: String?) throws(LinkError) {
        _ = unsafe gnutls_certificate_set_x509_system_trust(credentials)
        if let authorities {
            let count = unsafe gnutls_certificate_set_x509_trust_file(
                credentials, authorities, GNUTLS_X509_FMT_PEM)
            guard count > 0 else { throw LinkError("\(authorities) holds no certificate") }
        }
        unsafe gnutls_session_set_verify_cert(session, host, 0)
    }

    deinit {
        unsafe gnutls_deinit(session)
        unsafe gnutls_certificate_free_credentials(credentials)
        unsafe free(host)
    }

    func handshake() throws(LinkError) -> TransferStep {
        let code = unsafe gnutls_handshake(session)
        if code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR { throw LinkError(verdict) }
        // What GnuTLS says of bytes that are no record, such as an answer in the open.
        if code == GNUTLS_E_UNEXPECTED_PACKET {
            throw LinkError("the server speaks no TLS: ask it by http")
        }
        return try step(Int(code))
    }

    /// When the other side's certificate is valid; nil before the handshake.
    var peerValidity: CertificateValidity? {
        let end = unsafe gnutls_certificate_expiration_time_peers(session)
        let begin = unsafe gnutls_certificate_activation_time_peers(session)
        return begin == -1 || end == -1
            ? nil : CertificateValidity(begin: Int64(begin), end: Int64(end))
    }

    func send(_ bytes: ArraySlice<UInt8>) throws(LinkError) -> TransferStep {
        try step(
            unsafe bytes.withUnsafeBytes {
                unsafe gnutls_record_send(session, $0.baseAddress, $0.count)
            })
    }

    func receive(into buffer: inout [UInt8]) throws(LinkError) -> TransferStep {
        let count = unsafe gnutls_record_recv(session, &buffer, buffer.count)
        // Who ends without saying so (RFC 8446 §6.1) may be anybody between here and the server. An
        // answer that is complete by its length needs no such end.
        guard count != Int(GNUTLS_E_PREMATURE_TERMINATION) else {
            throw LinkError("the answer was cut off")
        }
        return try step(count)
    }

    private func step(_ count: Int) throws(LinkError) -> TransferStep {
        if count >= 0 { return .moved(count) }
        let code = Int32(clamping: count)
        guard gnutls_error_is_fatal(code) == 0 else { throw Self.error(code) }
        return .blocked(unsafe gnutls_record_get_direction(session) == 0 ? POLLIN : POLLOUT)
    }

    /// Why the certificate was refused, in the library's words.
    private var verdict: String {
        var text = unsafe gnutls_datum_t()
        let status = unsafe gnutls_session_get_verify_cert_status(session)
        guard
            unsafe gnutls_certificate_verification_status_print(
                status, GNUTLS_CRT_X509, &text, 0) >= 0
        else { return "the certificate can't be trusted" }
        defer { unsafe CGnuTLS_free(text) }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: text.data, count: Int(text.size)), as: UTF8.self)
    }

    private static func check(_ code: Int32) throws(LinkError) {
        guard code >= 0 else { throw error(code) }
    }

    private static func error(_ code: Int32) -> LinkError {
        LinkError("TLS: \(unsafe String(cString: gnutls_strerror(code)))")
    }
}
