internal import Pulse
internal import PulseMonitor
internal import TestSupport

/// One source and everybody around it: a trainer, operators, a file system, clocks, a server.
///
/// One thing happens at a time, in virtual time.
struct World {
    /// Who acts next.
    enum Actor: Int, CaseIterable {
        case trainer, keepAlive, writer, operators, ending, poll, tick, command
    }

    let settings: Settings
    let mutation: Mutation
    var random: SeededGenerator
    /// Since the world began.
    var now = Duration.zero
    /// When each actor acts, by its number.
    var due = [Duration](repeating: .forever, count: Actor.allCases.count)
    let file = MemoryFile()
    var trainer: Trainer
    /// The newest document that was written, or is being written.
    var newest: Act?
    /// What writers still have to do, and when.
    var writes: [(due: Duration, write: Write)] = []
    /// What lasts, and until when.
    var endings: [(due: Duration, disturbance: Disturbance)] = []
    var server: Server?
    /// When the poll began that hasn't ended.
    var pollStart: Duration?
    /// Documents that wait to be pushed, and the one that the relay holds.
    var pushed: [Act] = []
    var held: Act?
    var clocks = Clocks()
    var observer = ServerTime()
    var oracle: Oracle
    var archive = WorldArchive()
    /// Whether the server that is there could open it.
    var isArchived = false
    /// The commands that tell of transitions, and how many of these there were.
    var commands: [Command] = []
    var told = 0
    var telling = TellingOracle()
    var trace = Trace()
    var tally = Tally()

    init(seed: UInt64, mutation: Mutation) {
        random = SeededGenerator(seed: seed)
        settings = Settings(seed: seed, using: &random)
        self.mutation = mutation
        trainer = Trainer(
            kind: settings.trainer, dialects: settings.dialects, using: &random)
        oracle = Oracle(settings)
        due[Actor.trainer.rawValue] = random.duration(0.1...20)
        due[Actor.operators.rawValue] = .seconds(settings.calm)
        if let keepAlive = settings.keepAlive {
            due[Actor.keepAlive.rawValue] = .seconds(keepAlive)
        }
        endings.append((random.duration(0.1...60), .killServer))
        due[Actor.ending.rawValue] = endings[0].due
    }

    /// Lets the next thing happen.
    ///
    /// - Returns: what the oracle holds against it; nil when all is well.
    mutating func step() -> Violation? {
        var next = 0
        for actor in due.indices where due[actor] < due[next] { next = actor }
        now = max(now, due[next])
        switch Actor.allCases[next] {
        case .trainer: train()
        case .keepAlive: keepAlive()
        case .writer: write()
        case .operators: disturb()
        case .ending: return end()
        case .poll: return poll()
        case .tick: return tick()
        case .command: return commandEnds()
        }
        return nil
    }

    /// Sets when an actor acts next.
    mutating func set(_ actor: Actor, in time: Duration) {
        due[actor.rawValue] = now + time
    }
}

/// The clocks of the machines, as offsets from the true time.
struct Clocks {
    var server = Duration.zero
    var trainer = Duration.zero
    var file = Duration.zero

    /// When a world begins: since 1970.
    static let start = Duration.seconds(1_700_000_000)
}

extension Duration {
    /// Later than anything that happens.
    static let forever = Duration.seconds(1_000_000_000_000)

    /// Whole seconds.
    var wholeSeconds: Int64 { components.seconds }
}
