@testable import Pulse
@testable import PulseDoctor

extension Facts {
    /// A setup with nothing wrong; the file was written at 1,000 and is read three seconds later.
    static func sample(_ change: (inout Facts) -> Void = { _ in }) -> Facts {
        var facts = Facts(
            statusFile: "/run/pulse/status.json",
            directory: DirectoryFacts(path: "/run/pulse", fileSystem: "tmpfs"),
            file: FileFacts(content: .success(document()), modified: 1_000),
            writes: WriteFacts(observed: .seconds(3), replacements: 2),
            port: PortFacts(host: "127.0.0.1", port: 8080), now: 1_003)
        change(&facts)
        return facts
    }

    static func document(timestamp: String = "1000", loss: String = "0.5") -> [UInt8] {
        Array(
            """
            {"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": \(loss), "message": "m", \
            "timestamp": \(timestamp)}
            """.utf8)
    }
}

extension Examination {
    /// The findings that aren't ok.
    var reported: [Finding] { findings.filter { $0.level != .ok } }
}
