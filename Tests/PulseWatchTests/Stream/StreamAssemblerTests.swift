import PulseMonitor
import TestSupport
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("StreamAssembler")
struct StreamAssemblerTests {
    private let status = Array(
        #"{"status": "running", "epoch": 1.0, "total_epochs": 4.0, "loss": 0.5, "message": "m", "timestamp": 9}"#
            .utf8)

    private func updates(_ assembler: inout StreamAssembler, _ type: String, _ data: [UInt8])
        -> [WatchUpdate]
    {
        assembler.updates(of: EventStreamParser.Event(type: type, data: data))
    }

    private func progress(
        liveness: String = "live", source: String = "ok", error: String = "null", more: String = ""
    ) -> [UInt8] {
        Array(
            """
            {"progress": 25.0, "liveness": "\(liveness)", "eta_seconds": 12.5, "source": "\(source)", \
            "source_error": \(error)\(more)}
            """.utf8)
    }

    @Test("makes a reading of a status and the progress that belongs to it")
    func reading() throws {
        var assembler = StreamAssembler()
        #expect(updates(&assembler, "status", status) == [.document(status)])
        let document = progress(source: "invalid", error: #""loss is NaN""#)
        let expected = RunReading(
            document: try PulseDecoder.decodeDocument(status), liveness: .live, etaSeconds: 12.5,
            source: .invalid, sourceError: "loss is NaN")
        #expect(
            updates(&assembler, "progress", document) == [.document(document), .reading(expected)])
    }

    @Test("takes a status of version 2 with all it tells")
    func version2() throws {
        var assembler = StreamAssembler()
        let details = try RunDetails.sample()
        let document = PulseDocument(try .sample(), details: details, hasLoss: false)
        _ = updates(&assembler, "status", PulseEncoder.encode(document))
        guard case .reading(let reading)? = updates(&assembler, "progress", progress()).last else {
            Issue.record("no reading")
            return
        }
        #expect(reading.document == document)
    }

    @Test("passes over fields and events of a newer server")
    func newer() {
        var assembler = StreamAssembler()
        _ = updates(&assembler, "status", status)
        let document = progress(more: #", "speed": {"epochs": [1, 2]}"#)
        #expect(updates(&assembler, "progress", document).count == 2)
        #expect(updates(&assembler, "history", [1]) == [])
    }

    @Test(
        "says that a document is none",
        arguments: [
            ("status", #"{"status": "running"}"#), ("progress", "{}"), ("progress", "[1"),
            ("progress", #"{"liveness": "zombie", "source": "ok"}"#),
        ])
    func strange(_ type: String, _ data: String) {
        var assembler = StreamAssembler()
        _ = updates(&assembler, "status", status)
        guard case .nothing(let reason)? = updates(&assembler, type, Array(data.utf8)).last else {
            Issue.record("taken for a document")
            return
        }
        #expect(reason.contains("not") && reason.contains("PULSE v1"))
    }

    @Test("gives why a server has no status, and the server's time")
    func others() {
        var assembler = StreamAssembler()
        let problem = Array(#"{"status": 503, "detail": "loss is NaN"}"#.utf8)
        #expect(
            updates(&assembler, "problem", problem) == [
                .document(problem), .nothing("loss is NaN"),
            ])
        #expect(
            updates(&assembler, "heartbeat", Array(#"{"timestamp": 17}"#.utf8)) == [.heartbeat(17)])
        #expect(updates(&assembler, "heartbeat", Array("{}".utf8)) == [])
    }

    @Test("reads the curve of /history, and nothing else for one")
    func curve() {
        let document = #"{"timestamp": [1, 2], "epoch": [0.5, 1.0], "loss": [2.0, -1.5]}"#
        #expect(
            StreamAssembler.curve(of: Array(document.utf8)) == [
                CurvePoint(timestamp: 1, epoch: 0.5, loss: 2),
                CurvePoint(timestamp: 2, epoch: 1, loss: -1.5),
            ])
        for other in [
            "", "{}", #"{"timestamp": [1], "epoch": [], "loss": []}"#,
            #"{"timestamp": [1], "epoch": [1], "loss": ["x"]}"#,
        ] {
            #expect(StreamAssembler.curve(of: Array(other.utf8)) == nil)
        }
    }
}
