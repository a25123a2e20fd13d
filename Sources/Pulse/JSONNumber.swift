/// A number as it was scanned: its digits as an integer and a power of ten.
struct JSONNumber {
    var isNegative = false
    /// No fraction and no exponent was written.
    var isInteger = true
    /// The digits, as long as they fit.
    private(set) var mantissa: UInt64 = 0
    /// Whether all digits are in the mantissa.
    private(set) var isExact = true
    var exponent = 0

    mutating func append(_ digit: UInt8) {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        if overflow || carry {
            isExact = false
        } else {
            mantissa = sum
        }
    }

    mutating func appendFraction(_ digit: UInt8) {
        append(digit)
        exponent -= 1
    }

    /// The value where one operation gives it correctly rounded; nil where it takes the long way.
    var value: Double? {
        guard isExact, mantissa <= 1 << 53, exponent.magnitude < Self.powersOfTen.count else {
            return nil
        }
        // Both operands are exact in a double, so the result is rounded once (Clinger 1990).
        let power = Self.powersOfTen[Int(exponent.magnitude)]
        let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        return isNegative ? -value : value
    }

    /// The long way: infinite when the number is too large, 0 when it is too small.
    func parse(_ text: Span<UInt8>) -> Double {
        let string = unsafe text.withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        return Double(string) ?? .infinity
    }

    /// The powers of ten that a double holds exactly.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
