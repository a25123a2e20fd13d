internal import Pulse

/// How long a running job has given no sign of life, and how long it may: what "stale" means.
///
/// Pure. Times are those of ``ObservedTime``, in which a server that didn't poll hears no silence.
struct Silence: Sendable {
    private let staleAfter: Duration
    private let rules: RunRules
    private var lastSign: Duration
    /// The newest document of this attempt that differed in epoch, loss or steps: gaps are between those.
    private var lastChange: (epoch: Double, loss: Double, steps: Int64?, time: Duration)
    private var wasStale = false
    private var longestGap = Duration.zero
    /// Gaps in which the run was judged stale: each counts once it has come again.
    private var doubtful: [Duration] = []

    /// Longer than any run: sums and products of longer ones would overflow.
    private static let forever = Duration.seconds(1_000_000_000)

    /// Begins with the first document of a run, or of another attempt: the habits of the one before
    /// tell nothing about it.
    ///
    /// - Parameter age: how old it is already.
    init(
        _ first: PulseDocument, staleAfter: Duration, age: Duration = .zero, at now: Duration,
        rules: RunRules = .current
    ) {
        self.staleAfter = staleAfter
        self.rules = rules
        lastSign = now - age
        lastChange = (first.epoch, first.loss ?? 0, first.details?.stepsDone, now - age)
    }

    /// When the run becomes stale.
    var deadline: Duration {
        lastSign + max(staleAfter, longestGap * rules.gapMultiplier)
    }

    /// Notes that the run was judged stale.
    mutating func judgedStale() {
        wasStale = true
    }

    /// Takes a sign of life in the same attempt.
    mutating func take(_ document: PulseDocument, at now: Duration) {
        lastSign = now
        // A keep-alive says that the command lives, and nothing of how often its trainer reports.
        let steps = document.details?.stepsDone
        guard
            document.epoch != lastChange.epoch || (document.loss ?? 0) != lastChange.loss
                || steps != lastChange.steps || rules.keepAlivesEndGaps
        else { return }
        note(gap: now - lastChange.time)
        lastChange = (document.epoch, document.loss ?? 0, steps, now)
        wasStale = false
    }

    /// Forgets the gaps: the document that was taken last has begun a run or an attempt, which shows
    /// only now.
    mutating func forgetGaps() {
        longestGap = .zero
        doubtful = []
    }

    private mutating func note(gap: Duration) {
        let gap = min(gap, min(staleAfter, Self.forever) * rules.gapLimit)
        for known in doubtful where gap * 2 >= known { longestGap = max(longestGap, known) }
        doubtful.removeAll { gap * 2 >= $0 }
        if wasStale, rules.doubtsStaleGaps {
            doubtful.append(gap)
        } else {
            longestGap = max(longestGap, gap)
        }
    }
}

extension Silence {
    func write(to writer: inout CheckpointWriter) {
        writer.write(lastSign)
        writer.write(lastChange.epoch)
        writer.write(lastChange.loss)
        writer.write(lastChange.steps) { $0.write($1) }
        writer.write(lastChange.time)
        writer.write(wasStale)
        writer.write(longestGap)
        writer.write(doubtful) { $0.write($1) }
    }

    init(
        from reader: inout CheckpointReader, staleAfter: Duration, rules: RunRules
    ) throws(CheckpointError) {
        self.staleAfter = staleAfter
        self.rules = rules
        lastSign = try reader.duration()
        let (epoch, loss) = (try reader.double(), try reader.double())
        let steps: Int64? = try reader.optional { reader throws(CheckpointError) in
            try reader.integer()
        }
        lastChange = (epoch, loss, steps, try reader.duration())
        wasStale = try reader.bool()
        longestGap = try reader.duration()
        doubtful = try reader.array { reader throws(CheckpointError) in try reader.duration() }
    }

    /// Takes time in which there was no server out of the gap that is open: nobody knows what the
    /// trainer wrote meanwhile.
    mutating func skip(_ time: Duration) {
        lastChange.time += time
    }
}
