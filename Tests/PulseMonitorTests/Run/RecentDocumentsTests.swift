import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("RecentDocuments")
struct RecentDocumentsTests {
    private var recent = RecentDocuments()

    @Test("knows the last 64 documents by their value")
    mutating func window() throws {
        for epoch in 0..<64 { #expect(recent.insert(try .sample(epoch: Double(epoch))) == true) }
        for epoch in 0..<64 { #expect(recent.insert(try .sample(epoch: Double(epoch))) == false) }
        #expect(recent.insert(try .sample(epoch: 64)) == true)
        #expect(recent.insert(try .sample(epoch: 0)) == true)
    }

    @Test("each of the six fields makes another document")
    mutating func fields() throws {
        #expect(recent.isEmpty)
        for document: PulseDocument in [
            try .sample(), try .sample(.done), try .sample(epoch: 2), try .sample(of: 5),
            try .sample(loss: 0.25), try .sample(message: "n"), try .sample(timestamp: 1_001),
            try .sample(loss: -0.5), try .sample(message: ""), try .sample(message: "e\u{301}"),
            try .sample(message: "é"),
        ] {
            #expect(recent.insert(document) == true)
            #expect(recent.insert(document) == false)
        }
    }
}
