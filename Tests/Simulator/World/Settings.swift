internal import TestSupport

/// How one world is: its server's options, its trainer and its file system.
struct Settings: Sendable {
    static let path = "status.json"

    let staleAfter: Duration
    let pollInterval: Duration
    /// Whether inotify wakes the poll.
    let watches: Bool
    /// Whether documents are pushed, each of them, instead of lying in a file.
    let isPushed: Bool
    let trainer: TrainerKind
    /// What its runs are written in: each in one of these.
    let dialects: [Dialect]
    let writer: Writer
    /// Seconds between two documents, in the mean.
    let pace: Double
    /// How often `pulse run` says that the command lives, in seconds; nil without it.
    let keepAlive: Double?
    /// Seconds between two disturbances, in the mean.
    let calm: Double
    /// How fine the file system's clock is, in nanoseconds.
    let fileTick: Int64
    /// Whether the server has an archive, and with it a command that tells of transitions.
    let hasArchive: Bool
    /// How much of what is told its receiver refuses.
    let refusals: Double

    /// How a document comes into the file.
    enum Writer: Sendable, CaseIterable {
        /// Into a temporary file, and renamed.
        case atomic
        /// Renamed, with an inode number that was free again.
        case atomicReused
        /// The file is truncated, and written in two parts.
        case inPlace
        /// In place at once: no reader sees less.
        case inPlaceAtOnce
        /// The file is removed, and another is created.
        case removeAndCreate
    }

    /// `--poll-interval` and `--stale-after` in seconds.
    private static let intervals = [(0.5, 5.0), (2, 20), (2, 60), (2, 300), (10, 60)]

    init(seed: UInt64, using random: inout SeededGenerator) {
        dialects = Dialect.spoken(in: seed)
        let (poll, stale) = random.pick(Self.intervals)
        staleAfter = .seconds(stale)
        pollInterval = .seconds(poll)
        watches = random.chance(0.6)
        isPushed = random.chance(0.1)
        trainer = random.pick(TrainerKind.allCases)
        writer = random.pick(Writer.allCases)
        pace = random.duration(0.2...(stale * 0.7)) / .seconds(1)
        keepAlive = random.chance(0.25) ? stale / 3 : nil
        calm = stale * Double.random(in: 0.3...4, using: &random)
        fileTick = random.pick([1, 1, 4_000_000, 1_000_000_000])
        hasArchive = random.chance(0.5)
        refusals = random.pick([0, 0.3, 0.9, 1])
    }

    /// How often liveness is judged: `StatusServer`'s rule.
    var tick: Duration { min(pollInterval, .seconds(2)) }
}
