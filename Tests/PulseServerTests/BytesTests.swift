import TestSupport
import Testing

@testable import PulseServer

@Suite("Bytes")
struct BytesTests {
    @Test("equality, and the same in constant time")
    func equality() {
        for (one, other, isEqual) in [
            ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("", "", true),
            ("", "a", false),
        ] {
            let one = Array(one.utf8)
            #expect(Bytes.equal(one.span, Array(other.utf8)) == isEqual)
            #expect(Bytes.equalInConstantTime(one.span, Array(other.utf8)) == isEqual)
        }
    }

    @Test("only ASCII capitals are made small")
    func lowercased() {
        for (one, other, isEqual) in [
            ("AZaz@[É0", "azaz@[É0", true), ("AZ", "az", true), ("É", "é", false),
            ("@", "`", false), ("[", "{", false), ("ab", "a", false), ("a", "ab", false),
        ] {
            let one = Array(one.utf8)
            #expect(Bytes.equal(lowercased: one.span, Array(other.utf8)) == isEqual)
            #expect((Bytes.lowercased(one.span) == Array(other.utf8)) == isEqual)
        }
    }
}
