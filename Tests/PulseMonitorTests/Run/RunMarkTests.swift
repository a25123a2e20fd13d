import Testing

@testable import PulseMonitor

@Suite("RunMark")
struct RunMarkTests {
    private static let name = SourceName(key: "gpu-1")

    @Test(
        "is read as it was written",
        arguments: [
            (RunID(source: "gpu-1", started: 1_764_260_000), 1, 0.0),
            (RunID(source: "gpu-1", started: 0, ordinal: 2), 7, 0.1),
            (RunID(source: "gpu-1", started: .max, ordinal: .max), .max, .infinity),
        ])
    func roundTrip(_ run: RunID, _ attempt: Int, _ first: Double) throws {
        let mark = RunMark(run, attempt: attempt, firstEpoch: first)
        #expect(try RunMark(mark.text(of: Self.name), of: Self.name) == mark)
        #expect(mark.run(of: Self.name) == run)
    }

    @Test("has the spelling that other programs may rely on")
    func spelling() {
        let run = RunID(source: "gpu-1", started: 1_764_260_000, ordinal: 2)
        #expect(
            RunMark(run, attempt: 3).text(of: Self.name)
                == "gpu-1@1764260000.2; attempt=3; first=0.0")
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "@", "gpu-1", "gpu-1@1", "gpu-1; attempt=1; first=0.0",
            "gpu-1@; attempt=1; first=0.0",
            "@1; attempt=1; first=0.0", "gpu-1@1; attempt=; first=0.0",
            "gpu-1@1; attempt=0; first=0.0", "gpu-1@1; attempt=-1; first=0.0",
            "gpu-1@1; attempt=+1; first=0.0", "gpu-1@1; attempt=01; first=0.0",
            "gpu-1@1; attempt=1 ; first=0.0",
            "gpu-1@1; attempt=1\n; first=0.0", "gpu-1@1; attempt=1; first=0.0\n",
            "gpu-1@1\n; attempt=1; first=0.0", " gpu-1@1; attempt=1; first=0.0",
            "gpu-1@1;attempt=1", "gpu-1@1; attempt=1.5; first=0.0",
            "gpu-1@1; attempt=\u{661}; first=0.0",
            "gpu-1@1; attempt=1000000000000000000000000000000; first=0.0",
            "gpu-1@1000000000000000000000000000000; attempt=1; first=0.0",
            "gpu-1@-1; attempt=1; first=0.0",
            "gpu-1@01; attempt=1; first=0.0", "gpu-1@1.1; attempt=1; first=0.0",
            "gpu-1@1.0; attempt=1; first=0.0",
            "gpu-1@1.2.3; attempt=1; first=0.0", "gpu-1@1@2; attempt=1; first=0.0",
            "gpu-1@1; attempt=1; attempt=2; first=0.0",
            "../etc@1; attempt=1; first=0.0", "events@1; attempt=1; first=0.0",
            "gpu\u{0}1@1; attempt=1; first=0.0",
            String(repeating: "a", count: 129) + "@1; attempt=1; first=0.0",
            String(repeating: "a", count: 5_000),
            "gpu-1@1; attempt=1", "gpu-1@1; attempt=1; first=", "gpu-1@1; attempt=1; first=-1.0",
            "gpu-1@1; attempt=1; first=nan", "gpu-1@1; attempt=1; first=0", "gpu-1@1; first=0.0",
            "gpu-1@1; attempt=1; first=0.00", "gpu-1@1; attempt=1; first=1e999",
            "gpu-1@1; first=0.0; attempt=1", "gpu-1@1; attempt=1; first=0.0; first=0.0",
            "gpu-1@1; attempt=" + String(repeating: "1", count: 5_000),
        ])
    func malformed(_ text: String) {
        #expect(throws: RunMark.ParseError.malformed) { try RunMark(text, of: Self.name) }
    }

    @Test("names a run of its source", arguments: ["gpu-2", "GPU-1", "gpu-1.", "gpu-11"])
    func otherNames(_ name: String) {
        #expect(throws: RunMark.ParseError.otherName) {
            try RunMark("\(name)@1; attempt=1; first=0.0", of: Self.name)
        }
    }
}
