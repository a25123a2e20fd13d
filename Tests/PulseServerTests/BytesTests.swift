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
        let bytes = Array("AZaz@[É0".utf8)
        #expect(Bytes.lowercased(bytes.span).text == "azaz@[É0")
    }
}
