/// The two text formats that Prometheus reads: pure.
///
/// Prometheus text 0.0.4, and OpenMetrics 1.0, which names the family of a counter without `_total`
/// and ends with `# EOF`.
struct MetricsText {
    enum Format: Sendable {
        case prometheus, openMetrics

        var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// The format that an `Accept` field asks for: the text unless OpenMetrics is wanted more.
        static func accepted(by field: Span<UInt8>) -> Format {
            let accept = AcceptField(field)
            let text = accept.preference(for: "text", "plain", version: "0.0.4")
            let openMetrics = accept.preference(
                for: "application", "openmetrics-text", version: "1.0.0")
            return openMetrics.quality > 0 && openMetrics > text ? .openMetrics : .prometheus
        }
    }

    private let format: Format
    private var text = ""

    init(_ format: Format) {
        self.format = format
    }

    /// One gauge with its samples.
    mutating func gauge(
        _ name: String, _ help: String, _ samples: [(labels: String, value: String)]
    ) {
        family(name, "gauge", help)
        for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        gauge(name, help, [("", Self.number(value))])
    }

    /// One counter.
    ///
    /// `name` ends with `_total`.
    mutating func counter(
        _ name: String, _ help: String, _ samples: [(labels: String, value: String)]
    ) {
        family(
            format == .openMetrics ? String(name.dropLast("_total".count)) : name, "counter", help)
        for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
    }

    /// A constant 1 that carries labels.
    ///
    /// `name` ends with `_info`.
    mutating func info(_ name: String, _ help: String, labels: String) {
        let isOpenMetrics = format == .openMetrics
        family(
            isOpenMetrics ? String(name.dropLast("_info".count)) : name,
            isOpenMetrics ? "info" : "gauge", help)
        text += "\(name)\(labels) 1\n"
    }

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// The document.
    func bytes() -> [UInt8] {
        Array((format == .openMetrics ? text + "# EOF\n" : text).utf8)
    }

    /// A number as both formats spell it.
    ///
    /// All that Pulse counts is finite.
    static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
