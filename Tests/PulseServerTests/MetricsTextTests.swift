import TestSupport
import Testing

@testable import PulseServer

@Suite("MetricsText")
struct MetricsTextTests {
    private func text(_ format: MetricsText.Format) -> String {
        var text = MetricsText(format)
        text.gauge("a", "A gauge.", 0.5)
        text.counter("b_total", "A counter.", [.init([("x", "1")], 3)])
        text.info("c_info", "An info.", labels: [("v", "1")])
        return text.bytes().text
    }

    @Test("Prometheus text names a counter's family with _total, and an info is a gauge")
    func prometheus() {
        #expect(
            text(.prometheus) == """
                # HELP a A gauge.
                # TYPE a gauge
                a 0.5
                # HELP b_total A counter.
                # TYPE b_total counter
                b_total{x="1"} 3
                # HELP c_info An info.
                # TYPE c_info gauge
                c_info{v="1"} 1

                """)
    }

    @Test("OpenMetrics names the family without the suffix, and ends with its mark")
    func openMetrics() {
        #expect(
            text(.openMetrics) == """
                # HELP a A gauge.
                # TYPE a gauge
                a 0.5
                # HELP b A counter.
                # TYPE b counter
                b_total{x="1"} 3
                # HELP c An info.
                # TYPE c info
                c_info{v="1"} 1
                # EOF

                """)
    }

    @Test(
        "numbers are short, and large ones keep their value",
        arguments: [
            (0.0, "0"), (3.0, "3"), (-1.5, "-1.5"), (1e300, "1e+300"),
            (1_732_800_000.0, "1732800000"),
            (1e15, "1000000000000000.0"),
        ])
    func numbers(value: Double, expected: String) {
        #expect(MetricsText.number(value) == expected)
    }

    @Test("a label's value can't end it, whatever it holds")
    func escapes() {
        var text = MetricsText(.prometheus)
        text.gauge("a", "A.", [.init([("x", "q\"b\\n\nend"), ("y", "é")], 1)])
        #expect(text.bytes().text.hasSuffix("a{x=\"q\\\"b\\\\n\\nend\",y=\"é\"} 1\n"))
    }
}
