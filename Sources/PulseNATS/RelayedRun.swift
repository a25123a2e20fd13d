internal import NATS
internal import Pulse
internal import PulseMonitor

/// Which run the documents of a relay belong to, so that it can say so beside each: pure, with time
/// passed in.
///
/// The relay sees all documents of its trainer, servers only those that are there when they look. So
/// they take over what it has judged by the rules that everybody judges by. A relay that starts goes on
/// from what the key holds.
struct RelayedRun: Sendable {
    private var judge: RunJudge
    private let source: SourceName
    /// What came before the key was read, oldest first; nil since then.
    private var waiting: [(document: PulseDocument, time: Duration)]? = []

    /// How long a server lets a job be silent unless it is told otherwise: what goes back after that is
    /// another attempt at once.
    private static let staleAfter = Duration.seconds(300)
    /// Documents that wait at most: for a cluster that isn't there when the relay starts.
    private static let limit = 16

    /// - Parameter source: of the key, however long it is.
    init(of source: SourceName) {
        self.source = source
        judge = RunJudge(name: source, staleAfter: Self.staleAfter)
    }

    /// What is to be said of the newest document; nil while no run is on.
    var text: String? { judge.mark?.text(of: source) }

    /// Takes a document of the trainer.
    mutating func take(_ bytes: [UInt8], at now: Duration) {
        guard let document = try? PulseDecoder.decodeDocument(bytes) else { return }
        guard let waiting else { return take(document, at: now) }
        self.waiting = waiting.suffix(Self.limit - 1) + [(document, now)]
    }

    /// Takes what the key holds: the first time all goes on from there.
    mutating func found(_ entry: KeyEntry?, at now: Duration) {
        let waiting = waiting.take() ?? []
        if let entry, case .value(let bytes) = entry.content,
            let document = try? PulseDecoder.decodeDocument(bytes)
        {
            let first = waiting.first
            let mark = entry.run.flatMap { try? RunMark($0, of: source) }
            // Nobody knows when it came: by its own clock, so long before what follows it.
            let age = first.map { Duration.seconds($0.document.timestamp - document.timestamp) }
            _ = judge.take(
                document, mark: mark, age: max(.zero, age ?? .zero), at: first?.time ?? now)
        }
        for (document, time) in waiting { take(document, at: time) }
    }

    private mutating func take(_ document: PulseDocument, at now: Duration) {
        _ = judge.becomesStale(at: now)
        _ = judge.take(document, age: .zero, at: now)
    }
}
