import PulseClient
import Testing

@testable import PulseWatch

/// The cases are those of the web-platform-tests, `eventsource/format-*`, whose names they carry.
@Suite("EventStreamParser")
struct EventStreamParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let stream: String
        /// Type and data of each event.
        let events: [(String, String)]
        var id = ""
        var retry: Int64?

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "bom", stream: "\u{FEFF}data:1\n\n\u{FEFF}data:2\n\ndata:3\n\n",
            events: [("message", "1"), ("message", "3")]),
        Case(
            name: "bom-2", stream: "\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\ndata:3\n\n",
            events: [("message", "2"), ("message", "3")]),
        Case(
            name: "comments",
            stream: "data:1\r:\0\n:\r\ndata:2\n:\(long)\rdata:3\n:data:fail\r:\(long)\ndata:4\n\n",
            events: [("message", "1\n2\n3\n4")]),
        Case(
            name: "data-before-final-empty-line",
            stream: "retry:1000\ndata:test1\n\nid:test\ndata:test2\n",
            events: [("message", "test1")], retry: 1_000),
        Case(
            name: "field-data", stream: "data:\n\ndata\ndata\n\ndata:test\n\n",
            events: [("message", ""), ("message", "\n"), ("message", "test")]),
        Case(
            name: "field-event", stream: "event:test\ndata:x\n\ndata:x\n\n",
            events: [("test", "x"), ("message", "x")]),
        Case(
            name: "field-event-empty", stream: "event: \ndata:data\n\n",
            events: [("message", "data")]),
        Case(
            name: "field-id", stream: "id:1\ndata:1\n\ndata:2\n\n",
            events: [("message", "1"), ("message", "2")], id: "1"),
        Case(
            name: "field-id-2", stream: "id: …\ndata:x\n\n", events: [("message", "x")], id: "…"),
        Case(
            name: "field-id-3", stream: "id: 1\ndata:1\n\nid\ndata:2\n\n",
            events: [("message", "1"), ("message", "2")]),
        Case(
            name: "field-id-null", stream: "id:x\ndata:1\n\nid:a\0b\ndata:2\n\n",
            events: [("message", "1"), ("message", "2")], id: "x"),
        Case(
            name: "field-parsing",
            stream: "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\n"
                + "data:3\rdata:\r\n data:32\ndata:4\n\n",
            events: [("message", "\0\n 2\n1\n3\n\n4")]),
        Case(
            name: "field-retry", stream: "retry:03000\ndata:x\n\n", events: [("message", "x")],
            retry: 3_000),
        Case(
            name: "field-retry-bogus", stream: "retry:3000\nretry:1000x\nretry:-1\ndata:x\n\n",
            events: [("message", "x")], retry: 3_000),
        Case(
            name: "field-retry-empty", stream: "retry\ndata:test\n\n",
            events: [("message", "test")]),
        Case(
            name: "field-unknown",
            stream: "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:comment\ndata:test\n\n",
            events: [("message", "test\n\ntest")]),
        Case(
            name: "leading-space", stream: "data:\ttest\rdata: \ndata:test\n\n",
            events: [("message", "\ttest\n\ntest")]),
        Case(
            name: "newlines", stream: "data:test\r\ndata\ndata:test\r\n\r\n",
            events: [("message", "test\n\ntest")]),
        Case(name: "null-character", stream: "data:\0\n\n\n\n", events: [("message", "\0")]),
        Case(name: "utf-8", stream: "data:ok…\n\n", events: [("message", "ok…")]),
        Case(
            name: "id-without-data", stream: "id:7\n\ndata:x\n\n", events: [("message", "x")],
            id: "7"),
    ]
    private static let long = String(repeating: "x", count: 2_048)

    @Test("understands streams as browsers do, in whatever pieces they come", arguments: cases)
    func format(_ example: Case) throws {
        for size in [1, 2, 3, 5, 1_000_000] {
            var parser = EventStreamParser()
            var events: [EventStreamParser.Event] = []
            var rest = Array(example.stream.utf8)[...]
            while !rest.isEmpty {
                events += try parser.feed(Array(rest.prefix(size)))
                rest = rest.dropFirst(min(size, rest.count))
            }
            #expect(events.map(\.type) == example.events.map(\.0), "pieces of \(size)")
            #expect(
                events.map { String(decoding: $0.data, as: UTF8.self) } == example.events.map(\.1),
                "pieces of \(size)")
            #expect(String(decoding: parser.lastEventID, as: UTF8.self) == example.id)
            #expect(parser.retry == example.retry.map { .milliseconds($0) })
        }
    }

    @Test("forgets half an event with the connection, and keeps id and retry")
    func reset() throws {
        var parser = EventStreamParser()
        _ = try parser.feed(Array("retry: 10\nid: a\ndata: 1\n\nevent: x\ndata: half".utf8))
        parser.reset()
        #expect(
            try parser.feed(Array("\u{FEFF}data: 2\n\n".utf8))
                == [EventStreamParser.Event(type: "message", data: Array("2".utf8))])
        #expect(parser.lastEventID == Array("a".utf8))
        #expect(parser.retry == .milliseconds(10))
    }

    @Test("gives up on an event without end")
    func endless() throws {
        var parser = EventStreamParser()
        let piece = Array("data: \(String(repeating: "x", count: 1_000))\n".utf8)
        #expect(throws: LinkError.self) {
            for _ in 0..<2_000 { _ = try parser.feed(piece) }
        }
    }

    @Test("passes over a retry that no clock can count")
    func retryOverflow() throws {
        var parser = EventStreamParser()
        _ = try parser.feed(Array("retry: 99999999999999999999\n\n".utf8))
        #expect(parser.retry == nil)
    }
}
