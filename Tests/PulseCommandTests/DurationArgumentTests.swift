import Testing

@testable import PulseCommand

@Suite("DurationArgument")
struct DurationArgumentTests {
    @Test(
        "takes a number and a unit",
        arguments: [
            ("500ms", .milliseconds(500)), ("2s", .seconds(2)), ("1.5m", .seconds(90)),
            ("1h", .seconds(3_600)), ("0.001s", .milliseconds(1)), ("1ms", .milliseconds(1)),
            ("8784h", .seconds(366 * 24 * 3_600)), ("366d", .seconds(366 * 24 * 3_600)),
            ("0.5h", .seconds(1_800)),
        ] as [(String, Duration)])
    func durations(_ text: String, _ duration: Duration) {
        let argument = DurationArgument(argument: text)
        #expect(argument?.duration == duration)
        #expect(argument?.description == text)
        #expect(argument?.defaultValueDescription == text)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "s", "2", "2 s", "-2s", "+2s", "0s", "0.0001s", "0.5ms", "2min", "2S", "nans",
            "infs",
            "0x10s", ".5s", "9000h", "367d", "1day", "1e99h", "2s3s", "٣s", "1e3s", "1.2.3s",
            "1_0s",
        ])
    func refused(_ text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }
}
