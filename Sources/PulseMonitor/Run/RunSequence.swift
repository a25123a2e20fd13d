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
    /// What the newest document's relay said of it; nil where nobody did.
    private(set) var mark: RunMark?
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
    /// - Parameters:
    ///   - isStale: whether the run had been judged stale.
    ///   - mark: what its relay says of it: that decides, and nothing is guessed.
    package mutating func take(
        _ document: PulseDocument, isStale: Bool, mark: RunMark? = nil
    ) -> [RunEvent] {
        self.mark = mark
        guard let mark, document.status != .idle else { return guess(document, isStale) }
        return follow(mark, document)
    }

    private mutating func follow(_ mark: RunMark, _ document: PulseDocument) -> [RunEvent] {
        let (id, attempt) = (mark.run(of: name), mark.attempt)
        if let back = stepBack, document.isKeepAlive(of: back), current?.id == id,
            current?.attempt == attempt
        {
            return []
        }
        var events: [RunEvent] = []
        if let back = stepBack, let run = current {
            stepBack = nil
            switch RunRule.verdict(
                onStepBack: back, in: run, followedBy: document, of: id, attempt: attempt)
            {
            case .begins: events += begin(back, mark)
            case .resumes: events += resume(back, mark)
            case .goesOn, .stepsBack, .waits, .passes: break
            }
        }
        if let run = current, run.id != id, RunRule.joins(run, to: id, attempt, earlier) {
            return events + goOn(document, mark) + join(to: id, mark, document)
        }
        switch RunRule.verdict(on: document, of: id, attempt: attempt, after: current) {
        case .begins: events += begin(document, mark)
        case .resumes: events += resume(document, mark)
        case .goesOn: events += goOn(document, mark)
        case .stepsBack: stepBack = document
        case .waits, .passes: break
        }
        return events
    }

    private mutating func guess(_ document: PulseDocument, _ isStale: Bool) -> [RunEvent] {
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

    private mutating func begin(_ document: PulseDocument, _ mark: RunMark? = nil) -> [RunEvent] {
        let told = mark?.run(of: name)
        // One that idle has ended goes on.
        let goesOn = current == nil && told != nil && earlier?.id == told
        var events = endCurrent()
        let id = goesOn ? nil : told.map { remember($0) }
        let run = Run(
            id: id ?? newID(started: document.timestamp), document, mark)
        current = run
        beginning = document
        events.append(.began(run.id, attempt: run.attempt, document))
        if let told, let mark {
            if goesOn { events += join(to: told, mark, document) }
        } else {
            events += joinByName(run, document)
        }
        if isPoint(document, of: run) { events.append(.point(document)) }
        // By the id that it has now: idle had ended it, perhaps.
        if document.status != .running { events += ended(current ?? run) }
        return events
    }

    private mutating func resume(_ document: PulseDocument, _ mark: RunMark? = nil) -> [RunEvent] {
        guard var run = current else { return [] }
        run.resume(document, attempt: mark?.attempt)
        current = run
        beginning = document
        earlier = nil
        return [.resumed(run.id, attempt: run.attempt, epoch: document.epoch)]
            + (isPoint(document, of: run) ? [.point(document)] : [])
            + (document.status == .running ? [] : ended(run))
    }

    private mutating func goOn(_ document: PulseDocument, _ mark: RunMark? = nil) -> [RunEvent] {
        guard var run = current else { return [] }
        let before = run
        let secondAdvance = run.goOn(document)
        current = run
        var events: [RunEvent] = []
        // The curve never goes back, and what is written after the end adds nothing to it.
        if before.status == .running, document.epoch >= before.newestEpoch || rules.lateIsPoint,
            isPoint(document, of: run)
        {
            events.append(.point(document))
        }
        if document.status != .running, document.status != before.status { events += ended(run) }
        if let secondAdvance, mark == nil { events += join(run, secondAdvance) }
        return events
    }

    /// Joins a run to the one before it, which may be one that wasn't seen, by its relay's word.
    private mutating func join(
        to id: RunID, _ mark: RunMark, _ document: PulseDocument
    ) -> [RunEvent] {
        guard let run = current else { return [] }
        let joined = run.joined(to: earlier ?? run.renamed(id, mark), attempt: mark.attempt)
        earlier = nil
        current = joined
        remember(id)
        return [
            .joined(
                run.id, to: id, attempt: mark.attempt, epoch: run.firstAdvance ?? document.epoch)
        ]
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

    private func isPoint(_ document: PulseDocument, of run: Run) -> Bool {
        document.isPoint(of: run)
            || (document.hasLoss ? rules.zeroLossCounts : rules.nullLossCounts)
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
        return remember(id)
    }

    @discardableResult
    private mutating func remember(_ id: RunID) -> RunID {
        recent.removeAll { $0 == id }
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
        writer.write(mark) { $1.write(to: &$0) }
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
        mark = try reader.optional { reader throws(CheckpointError) in
            try RunMark(from: &reader)
        }
    }
}
