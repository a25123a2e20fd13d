internal import Certificates
internal import Pulse
internal import Synchronization

/// The certificate that new connections are shown: when it ends, and the log's lines about that.
///
/// A server runs for longer than a certificate is valid, so that its end is judged once a day.
final class ServedCertificate: Sendable {
    private struct State {
        var validity: CertificateValidity
        /// When the log was told of it last: unix time.
        var told: Int64?
    }

    /// Seconds between two lines about one certificate.
    private static let pause: Int64 = 86_400

    private let files: TLSFiles
    private let state: Mutex<State>

    init(_ validity: CertificateValidity, of files: TLSFiles) {
        self.files = files
        state = Mutex(State(validity: validity))
    }

    /// When it ends: unix time.
    var end: Int64 { state.withLock { $0.validity.end } }

    /// Another one is shown from now on.
    func use(_ validity: CertificateValidity) {
        state.withLock { $0 = State(validity: validity) }
    }

    /// What clients say against it or soon will, once a day; nil when nothing is to be said now.
    ///
    /// - Parameter now: unix time.
    func reminder(at now: Int64) -> String? {
        state.withLock { state in
            let isRecent = state.told.map { 0..<Self.pause ~= now.clampedDifference($0) } ?? false
            guard !isRecent, let objection = files.objection(to: state.validity, at: now) else {
                return nil
            }
            state.told = now
            return objection
        }
    }
}
