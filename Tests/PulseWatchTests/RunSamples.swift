import PulseMonitor

@testable import Pulse
@testable import PulseWatch

extension RunRow {
    /// The ITEM of a run, as `/runs` shows it.
    static func item(
        _ source: String, started: Int64? = 1_000, status: String = "running",
        liveness: String = "live", epoch: Double = 1.3, loss: Double = 0.4213,
        eta: String = "750.0", sourceState: String = "ok", message: String = "m",
        updated: Int64 = 1_000, details: String = "null",
        state: String = "running", current: Bool = true
    ) -> [UInt8] {
        let id = started.map { "\(source)@\($0)" } ?? source
        return Array(
            """
            {"id": "\(id)", "source": "\(source)", "current": \(current), "attempt": 1, \
            "started": \(started.map(String.init) ?? "null"), "updated": \(updated), "ended": null, \
            "state": "\(state)", "status": "\(status)", "liveness": "\(liveness)", \
            "progress": 43.3, "epoch": \(epoch), "total_epochs": 3.0, "loss": \(loss), \
            "best_loss": null, "message": "\(message)", "timestamp": 1000, "eta_seconds": \(eta), \
            "source_state": "\(sourceState)", "source_error": null, \
            "details": \(details)}
            """.utf8)
    }
}
