import TestSupport
import Testing

@testable import PulseServer

@Suite("TokenFile")
struct TokenFileTests {
    @Test(
        "gives the first line that isn't empty",
        arguments: ["0123456789abcdef", "0123456789abcdef\n", "\r\n0123456789abcdef\r\nother\n"])
    func firstLine(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "token")
        #expect(try TokenFile.token(in: path) == "0123456789abcdef")
    }

    @Test("says which file holds none", arguments: ["", "short", "0123456789 abcdef", "\n\n"])
    func none(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "token")
        let error = #expect(throws: ServerError.self) { try TokenFile.token(in: path) }
        #expect(error?.description.hasPrefix("\(path) holds no usable token") == true)
        #expect(throws: ServerError.self) { try TokenFile.token(in: directory.file("missing")) }
    }
}
