internal import Pulse

/// Turns what a source delivers, and the time that passes, into what happened to its run.
///
/// Pure, with time passed in: a whole life of a server can be simulated.
package struct RunMonitor: Sendable {
    private var time: ObservedTime
    private var source: SourceCondition
    private var judge: RunJudge
    private var curve: RunCurve
    private var slope = ProgressSlope()
    /// The newest accepted document.
    private var newest: PulseDocument?
    /// The server didn't poll for a while: the next poll comes before the next judgement.
    private var isAwaitingPoll = false
    private var wasFailing = false
    private var lastError: PulseError?
    private let placeholder: PulseDocument?
    private let rules: RunRules

    /// - Parameters:
    ///   - source: whose deliveries it will get.
    ///   - staleAfter: how long a running job may be silent at least before it counts as stale.
    ///   - tick: how often ``judge(at:)`` will be called at least.
    ///   - pollInterval: how soon the first delivery is due.
    ///   - now: monotonic time since any fixed origin.
    ///   - wallClock: unix seconds: the timestamp of the state before any.
    ///   - rules: others than the current ones are for the simulator.
    package init(
        _ source: (name: SourceName, label: String), staleAfter: Duration, tick: Duration,
        pollInterval: Duration, at now: Duration, wallClock: Int64,
        rules: RunRules = .current
    ) {
        self.rules = rules
        time = ObservedTime(tick: tick, at: now, countsGaps: rules.ownGapsCount)
        judge = RunJudge(name: source.name, staleAfter: staleAfter, rules: rules)
        curve = RunCurve(rules: rules)
        self.source = SourceCondition(label: source.label, firstWithin: pollInterval)
        placeholder =
            (try? TrainingStatus(
                status: .idle, epoch: 0, totalEpochs: 0, loss: 0, message: "Waiting to start...",
                timestamp: wallClock)).map { PulseDocument($0) }
    }

    /// The current run's curve.
    package var history: RunHistory { curve.history }

    /// How often the source was polled.
    package var counts: SourceCounts { source.counts }

    /// Takes what the source has delivered.
    ///
    /// - Parameters:
    ///   - now: monotonic time, of the origin of `init`.
    ///   - wallClock: unix seconds, used for the age of the first document only.
    package mutating func take(
        _ delivery: SourceDelivery, at now: Duration, wallClock: Int64
    ) -> [RunEvent] {
        if time.advance(to: now) { isAwaitingPoll = true }
        source.take(delivery, at: time.now)
        if delivery.isPoll { isAwaitingPoll = false }
        var events: [RunEvent] = []
        for case .accepted(let document) in delivery.events {
            events += accept(document, delivery.mark, wallClock: wallClock)
        }
        return sourceEvents() + events
    }

    /// Judges by the time that has passed, when everything delivered has been taken.
    package mutating func judge(at now: Duration) -> [RunEvent] {
        if time.advance(to: now) { isAwaitingPoll = true }
        let events = sourceEvents()
        // What nobody can poll is judged by the clock alone.
        guard !isAwaitingPoll || !rules.pollsBeforeJudging || source.isOverdue(at: time.now),
            judge.becomesStale(at: time.now)
        else { return events }
        return events + [.stale]
    }

    private mutating func accept(
        _ document: PulseDocument, _ mark: RunMark?, wallClock: Int64
    ) -> [RunEvent] {
        let verdict = judge.take(
            document, mark: mark, returns: lastError != nil, age: age(of: document, wallClock),
            at: time.now)
        let served = serve(document)
        guard let verdict else { return [.document(served)] }
        if document.status == .idle { curve.leave() }
        for event in verdict.events { curve.apply(event) }
        if verdict.isFresh || document.status == .idle { slope = ProgressSlope() }
        // One that came late tells nothing of the speed, nor one of an attempt that should be gone.
        if document.status == .running, document.epoch == judge.runs.current?.newestEpoch {
            slope.append(epoch: document.epoch, at: time.now)
        }
        return [.document(served)] + verdict.events
    }

    /// Notes what is served from here on: a loss that wasn't measured is the run's last one to
    /// readers of version 1.
    private mutating func serve(_ document: PulseDocument) -> PulseDocument {
        let lastLoss = rules.lastLossStands ? judge.runs.current?.lastLoss : nil
        let served = document.projecting(loss: lastLoss ?? 0)
        newest = served
        return served
    }

    /// How old the first document of a source is: the others are seen as they come.
    ///
    /// A timestamp in the future is another clock's, and says nothing.
    private func age(of document: PulseDocument, _ wallClock: Int64) -> Duration {
        max(.zero, .seconds(wallClock) - .seconds(document.timestamp))
    }

    private mutating func sourceEvents() -> [RunEvent] {
        let error = source.error(at: time.now)
        var events: [RunEvent] = []
        if error != lastError { events.append(.sourceChanged(SourceState(error), error)) }
        lastError = error
        let isFailing = isFailing(SourceState(error))
        if isFailing != wasFailing { events.append(isFailing ? .sourceFailed : .sourceRecovered) }
        wasFailing = isFailing
        return events
    }

    /// A source that is only missing matters while a run is on: before, it hasn't begun;
    /// afterwards, somebody has tidied up.
    private func isFailing(_ state: SourceState) -> Bool {
        switch state {
        case .ok: false
        case .invalid, .unreadable: true
        case .missing: newest?.status == .running
        }
    }
}

extension RunMonitor {
    /// What can be said now.
    package var view: RunView {
        let error = lastError
        let state = SourceState(error)
        // A file that isn't there yet is a job that hasn't started. One that is there but was never
        // valid leaves nothing to serve.
        let isWaiting = state == .missing || state == .ok
        let document = newest ?? (isWaiting ? placeholder : nil)
        return RunView(
            status: document?.v1, liveness: liveness, etaSeconds: etaSeconds, source: state,
            sourceError: error, run: judge.runs.current?.id, attempt: judge.runs.current?.attempt,
            hasLoss: document.map { judge.runs.hasMeasured(lossOf: $0) } ?? false,
            details: document?.details)
    }

    private var liveness: Liveness {
        switch judge.runs.current?.status {
        case nil, .idle: .waiting
        case .running: judge.isStale ? .stale : .live
        case .done, .error: .finished
        }
    }

    /// It follows from the documents that arrived: time alone changes it only once, when the run
    /// becomes stale.
    private var etaSeconds: Double? {
        guard liveness == .live, let run = judge.runs.current else { return nil }
        return slope.secondsLeft(until: run.totalEpochs)
    }
}

extension RunMonitor {
    /// Of what ``checkpoint`` consists: another one is no checkpoint.
    private static let checkpointVersion: UInt8 = 3

    /// The time that was observed until now: that of a ``MonitorMemory/Entry``.
    package var observedTime: Duration { time.now }

    /// All that the monitor knows of its runs, as bytes.
    package var checkpoint: [UInt8] {
        var writer = CheckpointWriter()
        writer.write(Self.checkpointVersion)
        writer.write(time.now)
        judge.write(to: &writer)
        curve.write(to: &writer)
        slope.write(to: &writer)
        writer.write(newest) { $0.write($1) }
        writer.write(wasFailing)
        return writer.bytes
    }

    /// Goes on where another monitor of the same source has stopped.
    ///
    /// Silence counts from the last sign of life, by the server's clock.
    ///
    /// - Parameter memory: what is known of it.
    /// - Throws: ``CheckpointError``.
    package init(
        _ source: (name: SourceName, label: String), staleAfter: Duration, tick: Duration,
        pollInterval: Duration, at now: Duration, wallClock: Int64,
        rules: RunRules = .current, continuing memory: MonitorMemory
    ) throws(CheckpointError) {
        self.init(
            source, staleAfter: staleAfter, tick: tick, pollInterval: pollInterval, at: now,
            wallClock: wallClock, rules: rules)
        var reader = CheckpointReader(memory.checkpoint)
        guard try reader.integer() == Self.checkpointVersion else { throw CheckpointError() }
        var observed = try reader.duration()
        judge = try RunJudge(
            from: &reader, name: source.name, staleAfter: staleAfter, rules: rules)
        curve = try RunCurve(from: &reader, rules: rules)
        slope = try ProgressSlope(from: &reader)
        newest = try reader.optional { reader throws(CheckpointError) in try reader.document() }
        wasFailing = try reader.bool()
        guard reader.isAtEnd else { throw CheckpointError() }
        for entry in rules.journalCounts ? memory.entries : [] {
            observed = max(observed, entry.observed)
            time = ObservedTime(tick: tick, at: now, observed: observed)
            // Another mark would have led to a checkpoint.
            _ = replay(entry.event, judge.runs.mark, wallClock)
        }
        if rules.restartsTellAgain {
            judge.forgetStale()
            wasFailing = false
        }
        // A clock that was set back tells nothing of the time that has passed.
        let absence = Duration.seconds(max(0, wallClock - max(0, memory.savedAt)))
        if !rules.absenceIsGap { judge.skip(absence) }
        if rules.absenceCounts { observed += absence }
        time = ObservedTime(
            tick: tick, at: now, observed: observed, countsGaps: rules.ownGapsCount)
        self.source = SourceCondition(
            label: source.label, firstWithin: pollInterval, at: observed)
        isAwaitingPoll = true
    }

    /// - Returns: what it means here.
    private mutating func replay(_ event: RunEvent, _ mark: RunMark?, _ wallClock: Int64)
        -> [RunEvent]
    {
        switch event {
        case .document(let document): return accept(document, mark, wallClock: wallClock)
        case .stale:
            guard !judge.isStale else { return [] }
            judge.becomeStale()
            return [.stale]
        case .sourceFailed, .sourceRecovered:
            let isFailing = event == .sourceFailed
            defer { wasFailing = isFailing }
            return wasFailing == isFailing ? [] : [event]
        case .began, .resumed, .joined, .point, .ended, .recovered, .sourceChanged: return []
        }
    }
}

extension RunMonitor {
    /// What a relay said of the newest document.
    var mark: RunMark? { judge.runs.mark }

    /// Goes over again what another monitor has seen that began with the same source when this one did,
    /// knowing less.
    ///
    /// - Parameter start: the observed time at which this one began.
    /// - Returns: what it means here.
    package mutating func goOver(_ entry: UnkeptPast.Entry, since start: Duration) -> [RunEvent] {
        time.move(to: max(time.now, start + entry.observed))
        return entry.events.flatMap { replay($0, entry.mark, entry.wallClock) }
    }

    /// Goes on where another monitor is, all of whose past was gone over.
    ///
    /// - Parameter start: the observed time at which this one began.
    package mutating func follow(_ other: RunMonitor, since start: Duration) {
        time = other.time
        time.move(to: start + other.time.now)
        source = other.source
        source.move(by: start)
        lastError = other.lastError
        isAwaitingPoll = other.isAwaitingPoll
    }
}
