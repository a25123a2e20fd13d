internal import Pulse
internal import PulseMonitor

/// Invariants 1 and 5, as far as they concern the source: what is served is what is there, and a
/// source fails when it does.
struct SourceOracle {
    private let settings: Settings
    /// The content that the newest polls found, and how many of them.
    private var found = Shown.nothing
    private var seen = (version: -1, polls: 0)
    /// Since when polls have found half a document, or none after a good one.
    private var falteringSince: Duration?
    private var hasBeenGood = false
    /// Whether the newest poll could read nothing: the next one reads whatever is there.
    private var hadNothing = true
    private var lastPoll: ServerTime.Interval?
    private var expected = SourceState.ok
    private(set) var wasFailing: Bool

    /// How long a file may be half written, and how long a poll may take.
    private static let grace = Duration.milliseconds(200)
    private static let timeout = Duration.seconds(10)
    /// How many polls a change may need that `stat` doesn't show.
    private static let hiddenPolls = 5

    /// - Parameter wasFailing: whether the server before has told that the source fails.
    init(_ settings: Settings, wasFailing: Bool = false) {
        self.settings = settings
        self.wasFailing = wasFailing
    }

    mutating func check(_ observation: Observation) throws(Violation) {
        if let look = observation.look {
            lastPoll = observation.time.passed
            try check(look, observation)
        }
        try checkState(observation)
        try checkEvents(observation.step)
    }

    private mutating func check(_ look: Look, _ observation: Observation) throws(Violation) {
        seen = (look.version, seen.version == look.version ? seen.polls + 1 : 1)
        // What stat doesn't show is found later.
        if look.wasRead || hadNothing || seen.polls >= Self.hiddenPolls { found = look.shown }
        hadNothing = false
        switch found {
        case .document(let act):
            if !act.isServed(as: observation.step.after.status) {
                throw Violation(.served, "the file holds \(act), which isn't served")
            }
            hasBeenGood = true
            falteringSince = nil
            expected = .ok
        case .torn, .missing:
            if case .missing = found { hadNothing = true }
            let state: SourceState = hadNothing ? .missing : .invalid
            guard hasBeenGood else { return expected = state }
            let start = falteringSince ?? look.start
            falteringSince = start
            if look.start - start >= Self.grace { expected = state }
        case .wrong, .unreadable:
            falteringSince = nil
            if case .unreadable = found { hadNothing = true }
            expected = hadNothing ? .unreadable : .invalid
        case .nothing: break
        }
    }

    private func checkState(_ observation: Observation) throws(Violation) {
        guard let lastPoll, !settings.isPushed else { return }
        let now = observation.time.passed
        let state = observation.step.after.source
        let limit = settings.pollInterval + Self.timeout
        // A poll that was due before a pause is due for longer than the server knows.
        let isOverdue = now.low - lastPoll.low > limit
        let mayBeOverdue = now.high - lastPoll.high > Self.timeout
        if isOverdue, state != .unreadable {
            throw Violation(.transitions, "the source hangs, and is \(state)")
        }
        guard !mayBeOverdue, state != expected else { return }
        throw Violation(.transitions, "the source is \(state), and should be \(expected)")
    }

    /// A source fails, and is well again, in turns.
    private mutating func checkEvents(_ step: Server.Step) throws(Violation) {
        let isFailing = isFailing(step.after)
        defer { wasFailing = isFailing }
        let failed = step.events.count { $0 == .sourceFailed }
        let recovered = step.events.count { $0 == .sourceRecovered }
        guard failed == (isFailing && !wasFailing ? 1 : 0),
            recovered == (wasFailing && !isFailing ? 1 : 0)
        else {
            throw Violation(.transitions, "the source fails: \(wasFailing), then \(isFailing)")
        }
    }

    private func isFailing(_ view: RunView) -> Bool {
        switch view.source {
        case .ok: false
        case .missing: view.status?.status == .running
        case .invalid, .unreadable: true
        }
    }
}
