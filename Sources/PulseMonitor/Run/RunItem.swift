internal import Pulse
internal import Synchronization

/// One run as a list shows it: the ITEM of `/runs`, rendered once at most.
package final class RunItem: Sendable {
    /// `NAME@STARTED`, or the source's name while no run has begun.
    package let id: String
    package let source: String
    package let state: RunState
    /// Unix time in seconds of the run's first document; nil while none has begun.
    package let started: Int64?
    /// Whether it is the current run of its source.
    package let isCurrent: Bool
    private let view: RunView
    private let times: RunTimes
    private let bestLoss: @Sendable () -> Double?
    private let rendered = Mutex<[UInt8]?>(nil)

    /// - Parameters:
    ///   - view: has a status: what never held a document is no run.
    ///   - times: by the server's clock.
    ///   - history: of the run.
    package init(source: SourceName, view: RunView, times: RunTimes, history: RunHistory) {
        self.source = source.description
        id = view.run?.description ?? source.description
        state = RunState(view)
        started = view.run?.started
        isCurrent = true
        self.view = view
        self.times = times
        bestLoss = { history.points.lazy.map(\.loss).min() }
    }

    /// A run that is over.
    package init(_ run: ArchivedRun) {
        source = run.id.source
        id = run.id.description
        state = RunState(run)
        started = run.id.started
        isCurrent = false
        view = RunView(run)
        times = RunTimes(updated: run.updated, ended: run.ended)
        bestLoss = { run.bestLoss }
    }

    /// The document, canonical as all of Pulse's are.
    package var document: [UInt8] {
        rendered.withLock { rendered in
            if let rendered { return rendered }
            let document = render()
            rendered = document
            return document
        }
    }

    /// When its newest update arrived, by the server's clock.
    package var updated: Int64 { times.updated }

    /// Where it stands in a list.
    package var place: RunPlace { RunPlace(started: started, id: id) }

    /// Whether there is something to list: what never held a document is no run.
    package var isRun: Bool { view.status != nil }

    private func render() -> [UInt8] {
        guard let status = view.status else { return Array("null".utf8) }
        var json = JSONWriter()
        json.member("id", first: true) { $0.string(id) }
        json.member("source") { $0.string(source) }
        json.member("current") { $0.literal(isCurrent ? "true" : "false") }
        json.member("attempt") { $0.integer(Int64(view.attempt ?? 1)) }
        json.member("started", started) { $0.integer($1) }
        json.member("updated") { $0.integer(times.updated) }
        json.member("ended", times.ended) { $0.integer($1) }
        json.member("state") { $0.string(state.rawValue) }
        json.member("status") { $0.string(status.status.rawValue) }
        json.member("liveness") { $0.string(view.liveness.rawValue) }
        json.member("progress") { $0.double(status.progress) }
        json.member("epoch") { $0.double(status.epoch) }
        json.member("total_epochs") { $0.double(status.totalEpochs) }
        json.member("loss") { $0.double(status.loss) }
        json.member("best_loss", bestLoss()) { $0.double($1) }
        json.member("message") { $0.string(status.message) }
        json.member("timestamp") { $0.integer(status.timestamp) }
        json.member("eta_seconds", view.etaSeconds) { $0.double($1) }
        json.member("source_state") { $0.string(view.source.rawValue) }
        json.member("source_error", view.sourceError) { $0.string($1.description) }
        json.member("details", view.details) { json, details in
            json.literal("{")
            json.members(of: details)
            json.literal("}")
        }
        json.literal("}")
        return json.bytes
    }
}

extension JSONWriter {
    /// One member of an object, with what stands before it.
    fileprivate mutating func member(
        _ name: StaticString, first: Bool = false, _ value: (inout JSONWriter) -> Void
    ) {
        literal(first ? "{\"" : ", \"")
        literal(name)
        literal("\": ")
        value(&self)
    }

    /// The same, of a value that may not be known.
    fileprivate mutating func member<Value>(
        _ name: StaticString, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void
    ) {
        member(name) { json in
            if let value { write(&json, value) } else { json.null() }
        }
    }
}
