internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor

/// `/metrics`: made at each scrape, because it holds live counters.
struct MetricsPage: Sendable {
    private let table: RunTable
    private let metrics: Metrics
    private let isArchiveUp: (@Sendable () -> Bool)?
    private let certificate: ServedCertificate?

    /// - Parameters:
    ///   - isArchiveUp: whether the archive is written; nil without one.
    ///   - certificate: the one that is shown; nil without TLS.
    init(
        table: RunTable, metrics: Metrics, isArchiveUp: (@Sendable () -> Bool)? = nil,
        certificate: ServedCertificate? = nil
    ) {
        self.table = table
        self.metrics = metrics
        self.isArchiveUp = isArchiveUp
        self.certificate = certificate
    }

    func response(to request: borrowing Request, headers: [HeaderLine]) -> Response {
        let format =
            request.withHeader(.accept) { MetricsText.Format.accepted(by: $0) } ?? .prometheus
        let type = HeaderLine("Content-Type", format.contentType)
        let vary = HeaderLine("Vary", "Accept")
        let body = text(format).bytes()
        return Response(
            status: 200, headers: [type, vary, HeaderLine("Cache-Control", "no-store")] + headers,
            body: body)
    }

    func text(_ format: MetricsText.Format) -> MetricsText {
        var text = MetricsText(format)
        let runs = RunMetrics(table)
        runs.write(to: &text)
        if let isArchiveUp {
            text.gauge(
                "pulse_archive_up", "Whether the archive is written as it should be.",
                isArchiveUp() ? 1 : 0)
        }
        if let certificate {
            text.gauge(
                "pulse_tls_certificate_expiry_timestamp_seconds",
                "When the certificate that is shown ends to be valid, in unix time.",
                Double(certificate.end))
        }
        text.gauge("pulse_event_streams", "Event streams that are open.", Double(table.openStreams))
        text.counter(
            "pulse_http_requests_total", "Requests answered, by route and status code.",
            metrics.requests.map { key, count in
                .init([("route", "\(key.route)"), ("code", "\(key.code)")], Double(count))
            })
        text.info(
            "pulse_build_info", "The version of Pulse.",
            labels: [("version", PulseVersion.current)])
        return text
    }
}
