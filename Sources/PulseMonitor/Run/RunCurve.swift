/// The curve of the current run, and that of the one before it, to which it may turn out to belong:
/// pure, made from the events alone.
package struct RunCurve: Sendable {
    /// The current run's curve.
    package private(set) var history: RunHistory
    private var earlier: RunHistory?
    /// Whether a run is on, or has ended by its own status: its curve is shown.
    private var hasRun = false
    private let resumesCut: Bool
    private let capacity: Int

    /// - Parameter capacity: points at most, 4 or more; 2048 are as many as a wide panel has
    ///   pixels.
    package init(capacity: Int = 2_048, rules: RunRules = .current) {
        resumesCut = rules.resumesCut
        self.capacity = capacity
        history = RunHistory(capacity: capacity)
    }

    package mutating func apply(_ event: RunEvent) {
        switch event {
        case .point(let document): history.append(document)
        case .began:
            leave()
            hasRun = true
        case .ended(_, .replaced): leave()
        case .resumed(_, _, let epoch): if resumesCut { history.resume(at: epoch) }
        case .joined(_, _, _, let epoch):
            guard var joined = earlier else { return }
            joined.resume(at: epoch)
            joined.append(history, from: epoch)
            history = joined
            earlier = nil
        case .document, .ended, .stale, .recovered, .sourceChanged, .sourceFailed, .sourceRecovered:
            break
        }
    }

    /// Leaves the run: another follows, or the job waits.
    package mutating func leave() {
        guard hasRun else { return }
        hasRun = false
        // Also when it is empty: what follows is never joined to a run before that.
        earlier = history
        history.removeAll()
    }
}

extension RunCurve {
    func write(to writer: inout CheckpointWriter) {
        history.write(to: &writer)
        writer.write(earlier) { $1.write(to: &$0) }
        writer.write(hasRun)
    }

    init(from reader: inout CheckpointReader, rules: RunRules) throws(CheckpointError) {
        self.init(rules: rules)
        let capacity = capacity
        history = try RunHistory(from: &reader, capacity: capacity)
        earlier = try reader.optional { reader throws(CheckpointError) in
            try RunHistory(from: &reader, capacity: capacity)
        }
        hasRun = try reader.bool()
    }
}
