internal import Testing

@testable internal import MicroHTTPD

@Suite("ParameterLookup")
struct ParameterLookupTests {
    @Test(
        "takes the name as it is, byte for byte",
        arguments: [
            ("token", true), ("TOKEN", false), ("Token", false), ("toke", false), ("tokens", false),
            ("", false), ("%74oken", false),
        ])
    func name(name: String, isTaken: Bool) {
        var lookup = ParameterLookup("token")
        let bytes = Array("value".utf8)
        unsafe bytes.withUnsafeBufferPointer { value in
            #expect(lookup.take(name: Array(name.utf8).span, value: value) == isTaken)
            #expect(unsafe lookup.value?.count == (isTaken ? 5 : nil))
        }
    }
}
