internal import Glibc

/// Numbers and times for a person, short and without false precision.
enum NumberText {
    /// `43.3 %`: one digit behind the point.
    ///
    /// Only what is done is 100 %.
    static func percent(_ percent: Double) -> String {
        let tenths = percent >= 100 ? 1_000 : min((percent * 10).rounded(), 999)
        return tenths == 1_000 ? "100 %" : "\(tenths / 10) %"
    }

    /// `2.5`, `3`: two digits behind the point at most.
    static func epoch(_ epoch: Double) -> String {
        shortened(epoch, decimals: 2)
    }

    /// `0.4213`, `1.2e-5`: about four digits that count.
    static func number(_ value: Double) -> String {
        let magnitude = value.magnitude
        guard magnitude >= 1e-4, magnitude < 1e6 else {
            return value == 0 ? "0" : scientific(value)
        }
        return shortened(value, decimals: max(0, 3 - Int(log10(magnitude).rounded(.down))))
    }

    /// `512 bytes`, `21.3 GiB`: one digit behind the point at most.
    static func memory(bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
        var (value, unit) = (Double(bytes), "bytes")
        // 1023.95 is shown as 1024 already.
        for larger in units where value >= 1_023.95 { (value, unit) = (value / 1_024, larger) }
        return "\(shortened(value, decimals: 1)) \(unit)"
    }

    /// `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: the two largest units.
    static func duration(seconds: Double) -> String {
        guard seconds < 1e9 else { return "over 30 years" }
        let seconds = Int(seconds.rounded())
        let units = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ]
        guard let first = units.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
        return units[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            .joined(separator: " ")
    }

    private static func shortened(_ value: Double, decimals: Int) -> String {
        let power = pow(10, Double(decimals))
        let scaled = (value * power).rounded()
        let rounded = scaled.isFinite && scaled.magnitude < 0x1p53 ? scaled / power : value
        let text = rounded.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func scientific(_ value: Double) -> String {
        let exponent = Int(log10(value.magnitude).rounded(.down))
        // In two steps: ten to the power of 308 is the largest.
        let mantissa =
            value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
        return "\(shortened(mantissa, decimals: 3))e\(exponent)"
    }
}
