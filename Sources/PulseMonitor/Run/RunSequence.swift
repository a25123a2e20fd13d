package import Pulse

/// The runs of one source, one after the other: turns documents into what happened.
///
/// Pure, and without time: ``RunRule`` decides, and this keeps what it has to know.
package struct RunSequence: Sendable {
    /// The run that the newest document belongs to; nil before the first, and while the job waits.
    private(set) var current: Run?
    /// The one before it, as long as the current one may turn out to be its next attempt.
    private var earlier: Run?
    /// A document that went back, which the next one judges.
    private(set) var stepBack: PulseDocument?
    /// What the current attempt began with.
    private(set) var beginning: PulseDocument?
    private var recent: [RunID] = []
    private let name: SourceName
    private let rules: RunRules

    /// How many ids are remembered, so that none is given twice.
    private static let memory = 64

    /// - Parameter name: of the source.
    package init(name: SourceName, rules: RunRules = .current) {
        self.name = name
        self.rules = rules
    }

    /// Whether the loss of the newest document was measured.
    ///
    /// PULSE v1 can't say that there is none, so trainers write 0: it is one only once the attempt has
    /// told of another. While a document that went back awaits its judgement, its attempt isn't known.
    package func hasMeasured(lossOf newest: PulseDocument) -> Bool {
        guard newest.version == 1 else { return newest.hasLoss }
        return newest.v1.loss != 0 || (stepBack == nil && current?.hasLoss == true)
    }

    /// Takes a document that the trainer wrote.
    ///
    /// - Parameter isStale: whether the run had been judged stale.
    package mutating func take(_ document: PulseDocument, isStale: Bool) -> [RunEvent] {
        // A keep-alive between says nothing of what it was.
        if let back = stepBack, document.isKeepAlive(of: back) { return [] }
        var events: [RunEvent] = []
        if let back = stepBack, let run = current {
            stepBack = nil
            switch RunRule.verdict(onStepBack: back, in: run, followedBy: document, rules: rules) {
            case .begins: events += begin(back)
            case .resumes: events += resume(back)
            case .goesOn, .stepsBack, .waits, .passes: break
            }
        }
        switch RunRule.verdict(on: document, after: current, isStale: isStale, rules: rules) {
        case .begins: events += begin(document)
        case .resumes: events += resume(document)
        case .goesOn: events += goOn(document)
        case .stepsBack: stepBack = document
        case .waits: events += endCurrent()
        case .passes: break
        }
        return events
    }

    private mutating func begin(_ document: PulseDocument) -> [RunEvent] {
        var events = endCurrent()
        let run = Run(id: newID(started: document.timestamp), document)
        current = run
        beginning = document
        events.append(.began(run.id, attempt: run.attempt, document))
        events += joinByName(run, document)
        if document.isPoint(of: run) || rules.zeroLossCounts { events.append(.point(document)) }
        if document.status != .running { events += ended(run) }
        return events
    }

    private mutating func resume(_ document: PulseDocument) -> [RunEvent] {
        guard var run = current else { return [] }
        run.resume(document)
        current = run
        beginning = document
        earlier = nil
        return [.resumed(run.id, attempt: run.attempt, epoch: document.epoch)]
            + (document.isPoint(of: run) || rules.zeroLossCounts ? [.point(document)] : [])
            + (document.status == .running ? [] : ended(run))
    }

    private mutating func goOn(_ document: PulseDocument) -> [RunEvent] {
        guard var run = current else { return [] }
        let before = run
        let secondAdvance = run.goOn(document)
        current = run
        var events: [RunEvent] = []
        // The curve never goes back, and what is written after the end adds nothing to it.
        if before.status == .running, document.epoch >= before.newestEpoch || rules.lateIsPoint,
            document.isPoint(of: run) || rules.zeroLossCounts
        {
            events.append(.point(document))
        }
        if document.status != .running, document.status != before.status { events += ended(run) }
        if let secondAdvance { events += join(run, secondAdvance) }
        return events
    }

    /// Joins a run that says that it is the one before it, which `idle` has ended.
    private mutating func joinByName(_ run: Run, _ document: PulseDocument) -> [RunEvent] {
        guard let earlier, let name = document.details?.run, let told = earlier.told.run,
            name.utf8.elementsEqual(told.utf8)
        else { return [] }
        self.earlier = nil
        let joined = run.joined(to: earlier, attempt: earlier.attempt(of: document))
        current = joined
        return [
            .joined(run.id, to: joined.id, attempt: joined.attempt, epoch: document.epoch)
        ]
    }

    /// Joins a run that began at 0 to the one before it, when that is what it turns out to be.
    private mutating func join(_ run: Run, _ secondAdvance: Double) -> [RunEvent] {
        defer { earlier = nil }
        // Two that have names of their own are two.
        guard let earlier, earlier.told.run == nil || run.told.run == nil,
            let epoch = run.firstAdvance,
            RunRule.joins(run, to: earlier, secondAdvance: secondAdvance, rules: rules)
        else { return [] }
        let joined = run.joined(to: earlier, attempt: earlier.attempt + 1)
        current = joined
        return [.joined(run.id, to: joined.id, attempt: joined.attempt, epoch: epoch)]
    }

    /// A run that another takes the place of ends here, unless it had an end of its own.
    private mutating func endCurrent() -> [RunEvent] {
        guard let run = current else { return [] }
        stepBack = nil
        earlier = run
        current = nil
        guard run.status == .running else { return [] }
        return (rules.replacedIsStale ? [.stale] : []) + [.ended(run.id, .replaced)]
    }

    private func ended(_ run: Run) -> [RunEvent] {
        [.ended(run.id, run.status == .done ? .done : .error)]
    }

    private mutating func newID(started: Int64) -> RunID {
        let before = recent.last { $0.started == started }
        let id = RunID(
            source: name.description, started: started, ordinal: (before?.ordinal ?? 0) + 1)
        recent.append(id)
        if recent.count > Self.memory { recent.removeFirst() }
        return id
    }
}

extension PulseDocument {
    /// Whether it says what another has said, later: that the command lives, and nothing of the
    /// training.
    fileprivate func isKeepAlive(of other: PulseDocument) -> Bool {
        status == other.status && epoch == other.epoch && loss == other.loss
            && details?.stepsDone == other.details?.stepsDone
            && totalEpochs == other.totalEpochs
    }
}

extension RunSequence {
    func write(to writer: inout CheckpointWriter) {
        writer.write(current) { $1.write(to: &$0) }
        writer.write(earlier) { $1.write(to: &$0) }
        writer.write(stepBack) { $0.write($1) }
        writer.write(beginning) { $0.write($1) }
        writer.write(recent) { $1.write(to: &$0) }
    }

    init(
        from reader: inout CheckpointReader, name: SourceName, rules: RunRules
    ) throws(CheckpointError) {
        self.init(name: name, rules: rules)
        func run(_ reader: inout CheckpointReader) throws(CheckpointError) -> Run {
            try Run(from: &reader)
        }
        func document(_ reader: inout CheckpointReader) throws(CheckpointError) -> PulseDocument {
            try reader.document()
        }
        current = try reader.optional(run)
        earlier = try reader.optional(run)
        stepBack = try reader.optional(document)
        beginning = try reader.optional(document)
        recent = try reader.array { reader throws(CheckpointError) in try RunID(from: &reader) }
            .suffix(Self.memory)
    }
}
