@testable import PulseMonitor
import Testing

@testable import Pulse
@testable import PulseCommand
@testable import PulseServer

@Suite("SystemdNotifier")
struct SystemdNotifierTests {
    private func line(
        _ state: TrainingStatus.State?, epoch: Double = 1.29, of total: Double = 3,
        _ liveness: Liveness = .live, _ source: SourceState = .ok
    ) throws -> String {
        let status = try state.map {
            try TrainingStatus(
                status: $0, epoch: epoch, totalEpochs: total, loss: 0.5,
                message: "two\nlines\nREADY=1", timestamp: 1)
        }
        return SystemdNotifier.status(
            of: RunView(
                status: status, liveness: liveness, etaSeconds: nil, source: source,
                sourceError: nil))
    }

    @Test("the line tells epoch and percent, and what isn't well")
    func lines() throws {
        #expect(try line(.running) == "epoch 1.3 of 3, 43 %")
        #expect(try line(.running, epoch: 3) == "epoch 3 of 3, 100 %")
        #expect(try line(.running, .stale) == "epoch 1.3 of 3, 43 %, stale")
        #expect(try line(.running, .live, .invalid) == "epoch 1.3 of 3, 43 %, source invalid")
        #expect(try line(.idle, .waiting, .missing) == "waiting to start, source missing")
        #expect(try line(.done, epoch: 3, .finished) == "done, epoch 3 of 3")
        #expect(try line(.error, .finished) == "failed, epoch 1.3 of 3")
        #expect(try line(nil, .waiting, .invalid) == "no status yet, source invalid")
        #expect(try line(.running, epoch: 1e300, of: 1e300) == "epoch 1e+300 of 1e+300, 100 %")
    }

    @Test("without a socket in the environment there is nobody to tell")
    func absent() {
        #expect(SystemdNotifier(environment: { _ in nil }) == nil)
        #expect(SystemdNotifier(environment: { $0 == "NOTIFY_SOCKET" ? "relative" : nil }) == nil)
    }

    @Test("takes the addresses that fit, plain and abstract")
    func addresses() {
        #expect(SocketAddress(path: "/run/systemd/notify") != nil)
        #expect(SocketAddress(path: "@abstract") != nil)
        for path in ["", "/", "@", "relative", "/" + String(repeating: "x", count: 108)] {
            #expect(SocketAddress(path: path) == nil, "\(path)")
        }
    }
}
