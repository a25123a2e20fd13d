import PulseMonitor

@testable import Pulse
@testable import PulseWatch

extension TrainingStatus {
    static func sample(
        _ status: State = .running, epoch: Double = 1.3, of total: Double = 3,
        loss: Double = 0.4213,
        message: String = "Epoch 2", timestamp: Int64 = 1_000
    ) throws -> TrainingStatus {
        try TrainingStatus(
            status: status, epoch: epoch, totalEpochs: total, loss: loss, message: message,
            timestamp: timestamp)
    }
}

extension RunReading {
    static func sample(
        _ status: TrainingStatus, _ liveness: Liveness = .live, eta: Double? = 750,
        source: SourceState = .ok, error: String? = nil
    ) -> RunReading {
        RunReading(
            status: status, liveness: liveness, etaSeconds: eta, source: source, sourceError: error)
    }
}

extension Moment {
    /// So many seconds after the samples were written.
    static func after(_ seconds: Int64) -> Moment {
        Moment(monotonic: .seconds(seconds), unixTime: 1_000 + seconds)
    }
}

extension WatchState {
    /// A state after some updates, all at once.
    init(_ updates: [WatchUpdate], at now: Moment = .after(0)) {
        self.init()
        for item in updates { take(item, at: now) }
    }
}

extension WatchText {
    init(_ state: WatchState, at now: Moment = .after(3), isWaitingForEnd: Bool = false) {
        self.init(
            state: state, verdict: Verdict(state), now: now, name: "http://gpu1/",
            isWaitingForEnd: isWaitingForEnd, timeOfDay: { "<\($0)>" })
    }
}
