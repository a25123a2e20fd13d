internal import TestSupport

extension SeededGenerator {
    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// A duration between two numbers of seconds: each doubling is as likely as the next.
    ///
    /// Without a logarithm: the C library's differ in the last bit between processors, and a seed
    /// must mean the same walk on all of them.
    mutating func duration(_ range: ClosedRange<Double>) -> Duration {
        let (low, high) = (range.lowerBound, range.upperBound)
        let doublings = (high / low).exponent
        let exponent = Int.random(in: 0...Int(doublings), using: &self)
        let significand = Double.random(in: 1..<2, using: &self)
        let factor = Double(sign: .plus, exponent: exponent, significand: significand)
        return .seconds(min(low * factor, high))
    }

    /// One of several.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
