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
    func address(_ text: String, of option: String) throws -> KeyAddress {
        guard case .key(let address) = try place(text, of: option) else {
            throw ValidationError(
                "\(option) '\(text)': it names no key: \(text.hasSuffix("/") ? text : text + "/")KEY."
            )
        }
        return address
    }

    /// The bucket that an option names.
    func bucket(_ text: String, of option: String) throws -> BucketAddress {
        guard case .bucket(let address) = try place(text, of: option) else {
            throw ValidationError(
                "\(option) '\(text)': it names a key, and each file needs one: nats://HOST/BUCKET.")
        }
        return address
    }

    /// The key or the bucket that an option names.
    ///
    /// Certificates for a connection that isn't encrypted are a mistake that nobody should find out
    /// about later.
    func place(_ text: String, of option: String) throws -> NATSAddress {
        let address: NATSAddress
        do {
            address = try NATSAddress(text)
        } catch {
            let shown = NATSAddress.withoutPassword(text)
            throw ValidationError("\(option) '\(shown)': \(error.description).")
        }
        if !address.place.isEncrypted, natsCa != nil || natsCertificate != nil {
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
