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
}
