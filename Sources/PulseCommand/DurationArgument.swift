import ArgumentParser

/// A duration on the command line: a number and a unit, such as `500ms`, `2s`, `1.5m`, `1h`, `30d`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration
    /// As it was written.
    let description: String

    private static let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400),
    ]
    /// A year: longer ones are mistakes, and the sums with them must not overflow.
    private static let limit = 366.0 * 24 * 3_600

    init?(argument: String) {
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.suffix) }) else {
            return nil
        }
        let digits = argument.dropLast(unit.suffix.count)
        // Swift reads hexadecimal numbers and exponents too; nobody means a duration by them.
        let isDigit = { (byte: UInt8) in byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        guard let first = digits.utf8.first, isDigit(first),
            digits.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }),
            let number = Double(digits), number > 0, number * unit.seconds <= Self.limit,
            number * unit.seconds >= 0.001
        else { return nil }
        duration = .seconds(number * unit.seconds)
        description = argument
    }

    var defaultValueDescription: String { description }

    /// What an option makes of its value; the error says what would be one.
    static func parse(_ argument: String) throws -> DurationArgument {
        if let value = DurationArgument(argument: argument) { return value }
        if let value = DurationArgument(argument: argument + "s") {
            throw ValidationError("it lacks a unit, as in \(value), \(argument)m or \(argument)h.")
        }
        throw ValidationError(
            "write a number and a unit, such as 500ms, 2s, 1.5m, 1h or 30d; from 1ms to a year.")
    }
}

extension DurationArgument: ExpressibleByStringLiteral {
    init(stringLiteral: String) {
        guard let value = DurationArgument(argument: stringLiteral) else {
            preconditionFailure("not a duration: \(stringLiteral)")
        }
        self = value
    }
}
