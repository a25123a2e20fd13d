import PulseMonitor

@testable import Pulse
@testable import PulseWatch

extension RunReading {
    static func sample(
        _ status: TrainingStatus, _ liveness: Liveness = .live, eta: Double? = 750,
        source: SourceState = .ok, error: String? = nil
    ) -> RunReading {
        RunReading(
            document: PulseDocument(status), liveness: liveness, etaSeconds: eta, source: source,
            sourceError: error)
    }

    /// Of a trainer that writes PULSE v2.
    static func sample(
        _ status: TrainingStatus, details: RunDetails, hasLoss: Bool = true
    ) -> RunReading {
        RunReading(
            document: PulseDocument(status, details: details, hasLoss: hasLoss), liveness: .live,
            etaSeconds: 750, source: .ok, sourceError: nil)
    }
}

extension RunDetails {
    /// All that a view shows.
    static func sample(run: String? = nil, stepsDone: Int64? = 310) throws -> RunDetails {
        try RunDetails(
            stepsDone: stepsDone, totalSteps: 372, learningRate: 1.2e-5,
            gpuMemoryUsage: 20 << 30, run: run)
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
