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
        #expect(history.document.text == #"{"timestamp": [], "epoch": [], "loss": []}"#)
        history.append(try .sample(epoch: 1, loss: 0.5, timestamp: 10))
        history.append(try .sample(epoch: 1.5, loss: -2, timestamp: 11))
        #expect(
            history.document.text
                == #"{"timestamp": [10, 11], "epoch": [1.0, 1.5], "loss": [0.5, -2.0]}"#)
    }

    @Test("a run that was resumed is one curve, cut where it resumed")
    func resumed() throws {
        var curve = RunCurve(capacity: 8)
        for epoch in [1.0, 2, 3] { curve.apply(.point(try .sample(epoch: epoch))) }
        curve.apply(.resumed(RunID(source: "a", started: 1), attempt: 2, epoch: 2))
        curve.apply(.point(try .sample(epoch: 2, timestamp: 2_000)))
        #expect(
            curve.history.document.text
                == #"{"timestamp": [1000, 2000], "epoch": [1.0, 2.0], "loss": [0.5, 0.5]}"#)
        #expect(curve.history.resumes == [2])
    }
}
