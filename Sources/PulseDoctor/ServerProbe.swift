internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// Asks who listens at an address.
struct ServerProbe {
    let address: HostPort
    var basePath = "/"

    private static let timeout = Duration.seconds(1)
    private static let bodyLimit = 1 << 20

    /// What is known of the server; nil when nobody answers by HTTP, plainly or encrypted.
    func facts() -> ServerFacts? {
        for scheme in ["http", "https"] {
            guard let url = try? ServerURL("\(scheme)://\(address)\(basePath)"),
                let health = try? ask("livez", at: url)
            else { continue }
            var facts = ServerFacts(
                isPulse: Self.saysPulse(health.head), name: health.head["server"],
                time: health.head.serverTime)
            if let validity = health.serverCertificate {
                facts.certificate = CertificateFacts(validity: validity)
            }
            // Before it said so, or behind a proxy that says its own name.
            if !facts.isPulse, let status = try? ask("status", at: url),
                let body = try? status.body(limit: Self.bodyLimit)
            {
                facts.isPulse = Self.showsPulse(status.head, body: body)
            }
            return facts
        }
        return nil
    }

    /// Whether the answer names Pulse as the server.
    static func saysPulse(_ head: HTTPHead) -> Bool {
        let product = head["server"]?.prefix { $0 != "/" && $0 != " " }
        return product == "Pulse"
    }

    /// Whether an answer to `/status` is one that only Pulse gives: a PULSE v1 document with the state
    /// of its source, or the question for Pulse's token.
    static func showsPulse(_ head: HTTPHead, body: [UInt8]) -> Bool {
        switch head.status {
        case 200: head["pulse-source"] != nil && (try? PulseDecoder.decode(body)) != nil
        case 401: head["www-authenticate"]?.hasPrefix("Bearer realm=\"pulse\"") == true
        case 503: head["pulse-source"] != nil
        default: false
        }
    }

    private func ask(_ resource: String, at url: ServerURL) throws(LinkError) -> HTTPExchange {
        try HTTPExchange(
            get: resource, at: url, trust: .anyone, timeout: Self.timeout,
            cancellation: CancellationPipe())
    }
}
