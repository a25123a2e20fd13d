import TestSupport
import PulseMonitor
import Pulse
import Testing

@testable import PulseServer

@Suite("HistoryRepresentation")
struct HistoryRepresentationTests {
    @Test("three arrays of equal length, oldest first")
    func document() throws {
        var history = RunHistory(capacity: 8)
        #expect(
            RunHistory.document(of: history.points).text
                == #"{"timestamp": [], "epoch": [], "loss": []}"#)
        history.append(try PulseDocument.sample(epoch: 1, loss: 0.5, timestamp: 10))
        history.append(try PulseDocument.sample(epoch: 1.5, loss: -2, timestamp: 11))
        #expect(
            RunHistory.document(of: history.points).text
                == #"{"timestamp": [10, 11], "epoch": [1.0, 1.5], "loss": [0.5, -2.0]}"#)
    }

    @Test("a run that was resumed is one curve, cut where it resumed")
    func resumed() throws {
        var curve = RunCurve(capacity: 8)
        for epoch in [1.0, 2, 3] { curve.apply(.point(try .sample(epoch: epoch))) }
        curve.apply(.resumed(RunID(source: "a", started: 1), attempt: 2, epoch: 2))
        curve.apply(.point(try .sample(epoch: 2, timestamp: 2_000)))
        #expect(
            RunHistory.document(of: curve.history.points).text
                == #"{"timestamp": [1000, 2000], "epoch": [1.0, 2.0], "loss": [0.5, 0.5]}"#)
        #expect(curve.history.resumes == [2])
    }

    @Test("says where it resumed in a line of bounded length, the newest places")
    func places() {
        #expect(RunHistory([], resumes: []).resumed == nil)
        #expect(RunHistory([], resumes: [1.5, 2]).resumed == "1.5, 2.0")
        let places = (1...32).map { Double($0) / 7 }
        let text = RunHistory([], resumes: places).resumed ?? ""
        #expect(text.utf8.count <= 192 && text.utf8.count > 170)
        #expect(text.hasSuffix(", \(places[30]), \(places[31])"))
    }

    @Test("thinned it has as many points as asked for at most, its peaks among them")
    func thinned() throws {
        var history = RunHistory(capacity: 100)
        for epoch in 0..<100 {
            let loss = epoch == 41 ? 9.0 : epoch == 42 ? -9 : 0.5
            history.append(try PulseDocument.sample(epoch: Double(epoch), loss: loss))
        }
        #expect(history.thinned(to: 8).map(\.epoch) == [0, 41, 42, 49, 50, 99])
        #expect(history.thinned(to: 100) == history.points)
    }

    @Test("a size is rendered once, and one that is no less than the curve is the curve")
    func sizes() throws {
        var history = RunHistory(capacity: 100)
        for epoch in 0..<100 { history.append(try PulseDocument.sample(epoch: Double(epoch))) }
        let representation = HistoryRepresentation(history, policy: AccessPolicy())
        func asked(_ points: String?) throws -> Representation {
            representation.representation(
                for: try HistoryQuery(points: points.map { Array($0.utf8) }))
        }
        let whole = try asked(nil)
        for size in ["100", "4096"] { #expect(try asked(size) === whole) }
        let small = try asked("8")
        #expect(small !== whole)
        for size in ["4", "5", "8"] { #expect((try asked(size) === small) == (size == "8")) }
        // Whatever is asked for, few are kept.
        for size in 4...12 { _ = try asked("\(size)") }
        #expect(try asked("8") !== small)
    }

    @Test(
        "what is no number of points is malformed",
        arguments: [
            "", "3", "4097", "-8", "+8", "08", "8.0", "1e2", " 8", "8 ", "99999999999999999999",
            "\u{663}4",
        ])
    func malformed(_ text: String) {
        #expect(throws: MalformedParameter.self) {
            try HistoryQuery(points: Array(text.utf8))
        }
    }
}
