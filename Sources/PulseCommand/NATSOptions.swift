import ArgumentParser
import PulseNATS

/// What a NATS cluster wants to see, shared by the commands that talk to one.
struct NATSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A credentials file for NATS: a .creds file, or one line user:password.",
            valueName: "file"))
    var natsCredentials: String?

    @Option(
        help: ArgumentHelp(
            "A PEM file of authorities to trust beside the system's, for tls://.",
            valueName: "file"))
    var natsCa: String?

    @Option(
        help: ArgumentHelp(
            "A PEM file with a certificate to show, for tls://.", valueName: "file"))
    var natsCertificate: String?

    @Option(
        help: ArgumentHelp("A PEM file with that certificate's key.", valueName: "file"))
    var natsKey: String?

    func validate() throws {
        if (natsCertificate == nil) != (natsKey == nil) {
            throw ValidationError("--nats-certificate and --nats-key go together.")
        }
    }

    var access: NATSAccess {
        var access = NATSAccess()
        access.credentials = natsCredentials
        access.authorities = natsCa
        if let natsCertificate, let natsKey { access.certificate = (natsCertificate, natsKey) }
        return access
    }

    /// The key that an option names.
    ///
    /// Certificates for a connection that isn't encrypted are a mistake that nobody should find out
    /// about later.
    func address(_ text: String, of option: String) throws -> KeyAddress {
        let address: KeyAddress
        do {
            address = try KeyAddress(text)
        } catch {
            let shown = KeyAddress.withoutPassword(text)
            throw ValidationError("\(option) '\(shown)': \(error.description).")
        }
        if !address.isEncrypted, natsCa != nil || natsCertificate != nil {
            throw ValidationError("--nats-ca and --nats-certificate are for tls://.")
        }
        return address
    }

    /// Who gives access without a key of a cluster means something else.
    func checkUnused(without option: String) throws {
        if natsCredentials != nil || natsCa != nil || natsCertificate != nil {
            throw ValidationError("the options for NATS go with \(option).")
        }
    }
}
