import Testing

@testable import PulseWatch

@Suite("NumberText")
struct NumberTextTests {
    @Test(
        "calls only what is done 100 %",
        arguments: [
            (0, "0.0 %"), (43.333333, "43.3 %"), (99.94, "99.9 %"), (99.99999, "99.9 %"),
            (100, "100 %"),
        ])
    func percent(_ percent: Double, _ text: String) {
        #expect(NumberText.percent(percent) == text)
    }

    @Test(
        "writes epochs without false precision",
        arguments: [
            (0, "0"), (2.5, "2.5"), (1.3333333, "1.33"), (3, "3"), (1e6, "1000000"),
            (1e300, "1e+300"), (0.001, "0"),
        ])
    func epoch(_ epoch: Double, _ text: String) {
        #expect(NumberText.epoch(epoch) == text)
    }

    @Test(
        "writes the digits that count",
        arguments: [
            (0, "0"), (0.42134567, "0.4213"), (12.345678, "12.35"), (-0.5, "-0.5"),
            (1234.5678, "1235"), (123456.7, "123457"), (1.5e-7, "1.5e-7"), (-2.5e9, "-2.5e9"),
            (1.7976931348623157e308, "1.798e308"), (0.00012345, "0.0001235"),
        ])
    func number(_ number: Double, _ text: String) {
        #expect(NumberText.number(number) == text)
    }

    @Test(
        "writes memory in the unit that keeps it short",
        arguments: [
            (0 as Int64, "0 bytes"), (1_023, "1023 bytes"), (1_536, "1.5 KiB"),
            (21_474_836_480, "20 GiB"),
            (1_073_741_823, "1 GiB"), (85_899_345_920_000, "78.1 TiB"),
            (9_007_199_254_740_991, "8 PiB"),
        ])
    func memory(_ bytes: Int64, _ text: String) {
        #expect(NumberText.memory(bytes: bytes) == text)
    }

    @Test(
        "writes durations in their two largest units",
        arguments: [
            (0, "0 s"), (12.4, "12 s"), (60, "1 min"), (200, "3 min 20 s"), (7_500, "2 h 5 min"),
            (3_601, "1 h"), (273_600, "3 d 4 h"), (1e12, "over 30 years"),
        ])
    func duration(_ seconds: Double, _ text: String) {
        #expect(NumberText.duration(seconds: seconds) == text)
    }
}
