/// Whom a client takes for the server that it asks by HTTPS.
package enum ServerTrust: Sendable, Equatable {
    /// Who shows a certificate for the host's name, from an authority of the system or of a PEM
    /// file.
    case certified(authorities: String?)
    /// Whoever answers. For a question that gives nothing away, and an answer on this machine.
    case anyone
}
