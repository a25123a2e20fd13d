import TestSupport
import Testing

@testable import Pulse

@Suite("JSONNumber")
struct JSONNumberTests {
    /// The loss of a document in which it is spelled like this.
    private func loss(_ spelling: String) throws -> Double {
        try PulseDecoder.decode(document(loss: spelling)).loss
    }

    /// Compares with the standard library, to the last bit.
    private func check(_ spelling: String) throws {
        let expected = try #require(Double(spelling), "\(spelling)")
        if expected.isFinite {
            let value = try loss(spelling)
            #expect(value.bitPattern == expected.bitPattern, "\(spelling)")
        } else {
            let error = #expect(throws: PulseError.self) { try loss(spelling) }
            #expect(error?.reason == .overflow, "\(spelling)")
        }
    }

    // The values are in hexadecimal where they need all of their bits: the compiler rounds decimal
    // ones twice on x86.
    @Test(
        "rounds to the nearest double, ties to even",
        arguments: [
            // 2^53 and its neighbours: the first whole numbers that need rounding.
            ("9007199254740992", 0x1p53), ("9007199254740993", 0x1p53),
            ("9007199254740995", 0x1.0000000000002p53),
            ("9007199254740993.0000000001", 0x1.0000000000001p53),
            // Half way between 1 and the next double, and a little to either side.
            ("1.00000000000000011102230246251565404236316680908203125", 1),
            ("1.00000000000000011102230246251565404236316680908203126", 0x1.0000000000001p0),
            ("1.00000000000000011102230246251565404236316680908203124", 1),
            // The bounds of the fast ways: 22 and 19 powers of ten, 64 bits of digits.
            ("9007199254740991e22", 0x1.0f0cf064dd591p+126), ("1e23", 0x1.52d02c7e14af6p+76),
            ("18446744073709551615e-19", 0x1.d83c94fb6d2acp+0),
            ("1.8446744073709551616", 0x1.d83c94fb6d2acp+0),
            ("18446744073709551615e-20", 0x1.79ca10c924223p-3),
            ("12942048281676249645e-15", 0x1.947062e180e3fp+13),
            // Java and PHP once hung on this one.
            ("2.2250738585072012e-308", .leastNormalMagnitude),
            ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
            ("4.9406564584124654e-324", .leastNonzeroMagnitude), ("2.4703282292062327e-324", 0),
            ("2.4703282292062328e-324", .leastNonzeroMagnitude),
            ("1.7976931348623158e308", .greatestFiniteMagnitude),
        ] as [(String, Double)])
    func rounds(_ spelling: String, _ value: Double) throws {
        #expect(try loss(spelling) == value)
        #expect(try loss("-" + spelling) == -value)
        try check(spelling)
    }

    @Test("keeps the sign of zero", arguments: ["-0", "-0.0", "-0e5", "-1e-400"])
    func negativeZero(_ spelling: String) throws {
        let value = try loss(spelling)
        #expect(value == 0)
        #expect(value.sign == .minus)
    }

    @Test(
        "takes exponents and digits without bound",
        arguments: [
            "1e-99999999999999999999999999", "0e99999999999999999999999999",
            "0." + String(repeating: "0", count: 50_000) + "1e50001",
            "1" + String(repeating: "0", count: 50_000) + "e-50000",
            String(repeating: "9", count: 300) + "." + String(repeating: "9", count: 50_000),
            "1e9223372036854775807", "1e-9223372036854775808", "1e18446744073709551616",
            "1E+0000000000000000000000000000000000000002", "1e1000000", "1e-1000001",
        ])
    func withoutBound(_ spelling: String) throws {
        try check(spelling)
    }

    @Test("reads what every double is written as")
    func everyDouble() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { try check("\(value)") }
        }
    }

    @Test("reads numbers of the size of epochs and losses in 17 digits")
    func seventeenDigits() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<10_000 {
            try check("\(Double.random(in: 0..<1_000, using: &random))")
        }
    }

    @Test("reads random digits with random points and exponents")
    func randomSpellings() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let digits = (1...Int.random(in: 1...40, using: &random))
                .map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
            let whole =
                Bool.random(using: &random)
                ? "0" : "\(UInt32.random(in: 1...9, using: &random))\(digits.prefix(20))"
            let exponent = Int.random(in: -400...400, using: &random)
            let sign = Bool.random(using: &random) ? "-" : ""
            try check("\(sign)\(whole).\(digits)e\(exponent)")
            try check("\(sign)\(whole).\(digits)")
        }
    }

    @Test("reads 64 bits of digits with every power of ten that is divided by in one step")
    func wideDigits() throws {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<10_000 {
            try check("\(random.next())e-\(Int.random(in: 0...20, using: &random))")
        }
    }

    @Test("reads numbers half way between two doubles, and next to it")
    func halves() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<10_000 {
            // An odd number of 54 bits is half way between two of 53.
            let half = random.next() >> 10 | 1 << 53 | 1
            try check("\(half)")
            try check("\(half - 1)")
            try check("\(half).\(Int.random(in: 0...9, using: &random))")
            try check("\(half).\(String(repeating: "0", count: 30))1")
        }
    }

    @Test(
        "reads every timestamp that fits, and no other",
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("1732800000", 1_732_800_000),
            ("9223372036854775808", nil), ("18446744073709551615", nil),
            ("18446744073709551616", nil),
            ("184467440737095516160", nil), ("-1", nil), ("-9223372036854775808", nil),
            ("1.0", nil), ("1e3", nil),
        ] as [(String, Int64?)])
    func timestamps(_ spelling: String, _ value: Int64?) throws {
        let read = try? PulseDecoder.decode(document(timestamp: spelling)).timestamp
        #expect(read == value)
    }
}
