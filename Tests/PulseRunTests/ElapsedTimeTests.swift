import Testing

@testable import PulseRun

@Suite("ElapsedTime")
struct ElapsedTimeTests {
    @Test(
        "reads what Python writes for a duration, and nothing else",
        arguments: [
            ("0:00:00", 0), ("0:12:33", 753), ("23:59:59", 86_399), ("0:00:01.500000", 1.5),
            ("1 day, 2:03:04", 93_784), ("12 days, 0:00:01", 1_036_801),
            ("", nil), ("12:33", nil), ("0:12:33:1", nil), ("0:x:33", nil), ("1 day", nil),
            ("1 week, 0:00:00", nil), ("1 day, 1 day, 0:00:00", nil), ("-1 day, 23:59:59", nil),
            ("inf:0:0", nil), ("nan:0:0", nil), (", 0:00:00", nil),
        ] as [(String, Double?)])
    func table(text: String, seconds: Double?) {
        #expect(ElapsedTime.seconds(text) == seconds)
    }
}
