import TestSupport
import Testing

@testable import PulseServer

@Suite("EntityTag")
struct EntityTagTests {
    private let tag = EntityTag(of: Array("{\"status\": \"idle\"}".utf8))

    private func matches(_ field: String) -> Bool {
        tag.matches(Array(field.utf8).span)
    }

    @Test("is strong, quoted, and of the bytes alone")
    func form() throws {
        #expect(try /"[0-9a-f]{16}"/.wholeMatch(in: tag.text) != nil)
        #expect(tag == EntityTag(of: Array("{\"status\": \"idle\"}".utf8)))
        #expect(tag != EntityTag(of: Array("{\"status\": \"done\"}".utf8)))
        #expect(EntityTag(of: []).text == "\"cbf29ce484222325\"")
    }

    @Test("is found alone, weak, in a list, and by the star")
    func found() {
        let text = tag.text
        for field in [
            text, "W/\(text)", "\"other\", \(text)", "\"a\",\(text),\"b\"", "\"a,b\" , W/\(text)",
            "*", " \(text) ",
            "\t\(text)",
        ] {
            #expect(matches(field), "\(field)")
        }
    }

    @Test("isn't found in what names another, or nothing")
    func notFound() {
        let bare = tag.text.filter { $0 != "\"" }
        for field in [
            "", "\"\"", "\"other\"", bare, "\"\(bare)", "\(bare)\"", "w/\(tag.text)", "W/", "W",
            "\"", ",", "\"\(bare)x\"",
            "x, \(tag.text)",
        ] {
            #expect(!matches(field), "\(field)")
        }
    }
}
