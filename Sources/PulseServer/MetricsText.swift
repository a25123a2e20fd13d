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

    /// One value of a family, told apart by its labels.
    struct Sample {
        /// Names of our own, and values of whatever text.
        var labels: [(name: String, value: String)] = []
        /// As ``MetricsText/number(_:)`` spells it.
        var value: String

        init(_ labels: [(name: String, value: String)] = [], _ value: Double) {
            self.labels = labels
            self.value = MetricsText.number(value)
        }
    }

    /// One gauge with its samples; nothing where there is none.
    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        family(name, "gauge", help)
        append(name, samples)
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        gauge(name, help, [Sample([], value)])
    }

    /// One counter.
    ///
    /// `name` ends with `_total`.
    mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        family(
            format == .openMetrics ? String(name.dropLast("_total".count)) : name, "counter", help)
        append(name, samples)
    }

    /// A constant 1 that carries labels.
    ///
    /// `name` ends with `_info`.
    mutating func info(_ name: String, _ help: String, labels: [(name: String, value: String)]) {
        info(name, help, labels: [labels])
    }

    /// The same for several things, each with its labels.
    mutating func info(_ name: String, _ help: String, labels: [[(name: String, value: String)]]) {
        let isOpenMetrics = format == .openMetrics
        family(
            isOpenMetrics ? String(name.dropLast("_info".count)) : name,
            isOpenMetrics ? "info" : "gauge", help)
        append(name, labels.map { Sample($0, 1) })
    }

    private mutating func append(_ name: String, _ samples: [Sample]) {
        for sample in samples {
            text += name
            for (index, label) in sample.labels.enumerated() {
                text += index == 0 ? "{" : ","
                text += "\(label.name)=\"\(Self.escaped(label.value))\""
            }
            text += sample.labels.isEmpty ? " \(sample.value)\n" : "} \(sample.value)\n"
        }
    }

    /// A label's value as both formats want it: with `\\`, `\"` and `\n` for what would end it.
    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { [0x5C, 0x22, 0x0A].contains($0) }) else { return value }
        return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
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
