import TestSupport
import Testing

@testable import PulseServer

@Suite("EntityTag")
struct EntityTagTests {
    private let tag = EntityTag(of: Array("{\"status\": \"idle\"}".utf8))

    private func matches(_ field: String, _ comparison: EntityTag.Comparison = .weak) -> Bool {
        tag.isNamed(by: Array(field.utf8).span, comparison)
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

    @Test("where tags compare strongly, a weak one names nothing")
    func strong() {
        let text = tag.text
        for field in [text, "\"other\", \(text)", "W/\(text), \(text)", "*"] {
            #expect(matches(field, .strong), "\(field)")
        }
        for field in ["W/\(text)", "\"other\"", "W/\"other\", W/\(text)", ""] {
            #expect(!matches(field, .strong), "\(field)")
        }
    }

    @Test("a proxy that compresses puts the coding into the tag, which stays the same one")
    func codings() {
        let bare = tag.text.dropLast()
        for suffix in ["-gzip", "--gzip", ";gzip", "-br", "-zstd", "-deflate"] {
            #expect(matches("\(bare)\(suffix)\""), "\(suffix)")
            #expect(matches("\"other\", W/\(bare)\(suffix)\""), "\(suffix)")
            #expect(matches("\(bare)\(suffix)\"", .strong), "\(suffix)")
        }
        for suffix in [
            "gzip", "-", "-GZIP", "-gzip-gzip", "-gzip ", "-x", "---gzip", "-gz", "-bro",
        ] {
            #expect(!matches("\(bare)\(suffix)\""), "\(suffix)")
        }
        #expect(!matches("\(bare)-gzip"))
        #expect(!matches("\"other-gzip\""))
    }

    @Test("a star alone names what has no tag")
    func star() {
        for (field, isNamed) in [
            ("*", true), (" * ", true), ("\"a\", *", true), ("\"*\"", false), ("", false),
        ] {
            #expect(EntityTag.isAnyNamed(by: Array(field.utf8).span) == isNamed, "\(field)")
        }
    }
}
