internal import Certificates
internal import Logging
internal import MicroHTTPD
internal import Pulse

/// What a server has from files that it reads again: its values at the start, and how others take
/// their place.
struct FileSettings: Sendable {
    let token: AccessToken?
    let tls: TLSCredentials?
    /// The certificate that is shown; nil without TLS.
    let certificate: ServedCertificate?
    private let tokenFile: Reading?
    private let base: BasePath
    private let tlsFiles: (certificate: Reading, key: Reading)?

    /// A file as it was read.
    private struct Reading: Sendable {
        let file: SettingsFile
        let seen: FileIdentity?
        let content: [UInt8]

        init(_ path: String) throws(ServerError) {
            file = SettingsFile(path: path)
            seen = file.identity
            content = try file.content()
        }
    }

    /// - Throws: ``ServerError`` with what is wrong with a file.
    init(_ configuration: StatusServerConfiguration) throws(ServerError) {
        let isSecure = configuration.tlsFiles != nil
        base = configuration.basePath
        if let path = configuration.tokenFile {
            let reading = try Reading(path)
            token = AccessToken(
                try TokenFile.token(reading.content, from: path), isSecure: isSecure, below: base)
            tokenFile = reading
        } else {
            (token, tokenFile) = (nil, nil)
        }
        if let paths = configuration.tlsFiles {
            let pair = (certificate: try Reading(paths.certificate), key: try Reading(paths.key))
            let files = TLSFiles(certificate: pair.certificate.file, key: pair.key.file)
            let credentials = try files.credentials(
                certificate: pair.certificate.content, key: pair.key.content)
            certificate = ServedCertificate(credentials.validity, of: files)
            (tls, tlsFiles) = (credentials, pair)
        } else {
            (tls, tlsFiles, certificate) = (nil, nil, nil)
        }
    }

    /// The settings whose files can be read again, and whom another value is for.
    func reload(
        policy: AccessPolicy, daemon: Daemon, now: @escaping @Sendable () -> Int64, logger: Logger
    ) -> SettingsReload {
        let settings = [reloadedToken(policy, logger), reloadedPair(daemon, logger)]
        guard let certificate else {
            return SettingsReload(settings.compactMap(\.self), remind: nil)
        }
        return SettingsReload(settings.compactMap(\.self)) {
            if let reminder = certificate.reminder(at: now()) { logger.warning("\(reminder)") }
        }
    }

    private func reloadedToken(_ policy: AccessPolicy, _ logger: Logger) -> ReloadedSetting? {
        guard let tokenFile, tokenFile.file.isRegular else { return nil }
        let isSecure = tls != nil
        let room = token?.answerMemory ?? 0
        return ReloadedSetting(
            "the access token", files: [tokenFile.file], content: [tokenFile.content],
            seen: [tokenFile.seen], logger: logger
        ) { [base] content throws(ServerError) in
            let secret = try TokenFile.token(content[0], from: tokenFile.file.path)
            guard let token = AccessToken(secret, isSecure: isSecure, below: base) else {
                return ""
            }
            guard token.answerMemory <= room else {
                throw .configuration(
                    "\(tokenFile.file.path) holds one that is much longer, which takes a restart")
            }
            policy.use(token)
            return ""
        }
    }

    private func reloadedPair(_ daemon: Daemon, _ logger: Logger) -> ReloadedSetting? {
        guard let (file, key) = tlsFiles, file.file.isRegular, key.file.isRegular else {
            return nil
        }
        let files = TLSFiles(certificate: file.file, key: key.file)
        return ReloadedSetting(
            "the certificate", files: [file.file, key.file],
            content: [file.content, key.content], seen: [file.seen, key.seen], logger: logger
        ) { [certificate] content throws(ServerError) in
            let pair = try files.credentials(certificate: content[0], key: content[1])
            daemon.use(pair)
            certificate?.use(pair.validity)
            return ", and is valid until \(TLSFiles.date(pair.validity.end))"
        }
    }
}
