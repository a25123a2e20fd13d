internal import Pulse
internal import PulseMonitor

/// Invariants 2 and 3: from the times at which documents really came, the contract's words say when
/// a job is stale at the earliest and at the latest.
struct SilenceOracle {
    /// A gap between two documents that differ, as long as it may have been.
    private struct Gap {
        var low: Duration
        var high: Duration
        var wasStale: Bool
    }

    private let staleAfter: Duration
    private let pollInterval: Duration
    private var lastSign: ServerTime.Interval?
    /// The newest act, and when it came; of keep-alives the one that they repeat.
    private var newest: (time: ServerTime.Interval, act: Act)?
    /// The newest document that differed from the one before it.
    private var change: (time: ServerTime.Interval, document: PulseDocument)?
    /// Whether the run was judged stale since.
    private var wasStale = false
    /// The long gaps of the attempt.
    private var gaps: [Gap] = []

    /// The contract's: three times the longest gap, each at most twelve times `--stale-after`.
    private static let multiplier = 3
    private static let limit = 12

    init(_ settings: Settings) {
        staleAfter = settings.staleAfter
        pollInterval = settings.pollInterval
    }

    /// Takes a new document, and the beginnings that it led to.
    mutating func take(
        _ act: Act, _ beginnings: [Account.Beginning], isFirst: Bool, _ observation: Observation
    ) {
        var time = observation.time.passed
        guard act.document.status == .running else {
            (lastSign, newest, change, gaps) = (nil, nil, nil, [])
            return
        }
        if isFirst {
            let age = Duration.seconds(max(0, observation.wallClock - act.document.timestamp))
            time.low -= age
            time.high -= age
        }
        if let beginning = beginnings.last {
            gaps = []
            // It began with the document before this one, or with this one.
            change = beginning.act === act ? nil : newest.map { ($0.time, $0.act.document) }
        }
        note(act.document, time)
        if let last = newest?.act, act.isKeepAlive(of: last) {} else { newest = (time, act) }
        lastSign = time
    }

    /// Takes time without a server out of the gap that is open: it is silence, and no pause of the
    /// trainer's that anybody has seen.
    mutating func skip(_ absence: Duration) {
        change?.time.low += absence
        change?.time.high += absence
        newest?.time.low += absence
        newest?.time.high += absence
    }

    private mutating func note(_ document: PulseDocument, _ time: ServerTime.Interval) {
        if let change {
            // A 0 of version 1 and a null of version 2 are the same: no loss.
            guard
                document.epoch != change.document.epoch
                    || document.loss ?? 0 != change.document.loss ?? 0
                    || document.details?.stepsDone != change.document.details?.stepsDone
            else { return }
            let (low, high) = (time.low - change.time.low, time.high - change.time.high)
            // A shorter one neither makes a limit longer nor shows that one was a habit that does.
            if max(low, high) * 2 * Self.multiplier > staleAfter {
                gaps.append(Gap(low: min(low, high), high: max(low, high), wasStale: wasStale))
            }
        }
        change = (time, document)
        wasStale = false
    }

    /// Judges what is reported.
    mutating func check(_ observation: Observation) throws(Violation) {
        if observation.step.events.contains(.stale) {
            wasStale = true
            if observation.time.mustPoll {
                throw Violation(.life, "judged after a pause, before a poll")
            }
        }
        let liveness = observation.step.after.liveness
        guard let lastSign, liveness == .live || liveness == .stale else { return }
        let now = observation.time.passed
        if liveness == .stale {
            let limit = max(staleAfter, longest(\.low, doubting: \.high) * Self.multiplier)
            guard now.high - lastSign.high >= limit || now.low - lastSign.low >= limit else {
                throw Violation(.life, "stale after \(now.high - lastSign.high), before \(limit)")
            }
        } else if observation.isJudgement, observation.time.canJudge(within: pollInterval) {
            let limit = max(staleAfter, longest(\.high, doubting: \.low) * Self.multiplier)
            guard now.low - lastSign.low < limit else {
                throw Violation(
                    .death, "live after \(now.low - lastSign.low), beyond \(limit): \(gaps)")
            }
        }
    }

    /// The longest gap that counts: one that was judged stale does once another follows of at least
    /// half its length.
    private func longest(
        _ length: KeyPath<Gap, Duration>, doubting doubted: KeyPath<Gap, Duration>
    ) -> Duration {
        var longest = Duration.zero
        for (index, gap) in gaps.enumerated() {
            let isHabit =
                !gap.wasStale
                || gaps[(index + 1)...].contains {
                    $0[keyPath: length] * 2 >= min(gap[keyPath: doubted], staleAfter * Self.limit)
                }
            if isHabit {
                longest = max(longest, min(gap[keyPath: length], staleAfter * Self.limit))
            }
        }
        return longest
    }
}
