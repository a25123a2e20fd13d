internal import PulseMonitor
internal import MicroHTTPD
internal import Pulse

/// One state of a run with every representation of it rendered once: immutable, shared by all
/// requests.
///
/// A class, because it changes hands with every request: one reference instead of a dozen.
final class StatusSnapshot: Sendable {
    let view: RunView
    let status: Representation
    let progress: Representation
    let history: HistoryRepresentation
    /// The same as PULSE v2.
    let version2: Version2Snapshot
    /// The event blocks of this state, and its number among them: those of an earlier snapshot where
    /// only what PULSE v2 tells has changed since.
    let update: StreamUpdate
    let updateSequence: UInt64
    let sequence: UInt64

    /// - Parameters:
    ///   - id: of the event that announces this state.
    ///   - namesRun: whether answers name the run.
    ///   - previous: the one before this; decides what is announced.
    init(
        view: RunView, history: RunHistory, sequence: UInt64, id: String,
        previous: StatusSnapshot?, policy: AccessPolicy, namesRun: Bool = false
    ) {
        self.view = view
        self.sequence = sequence
        let told = previous.flatMap { $0.view.version1 == view.version1 ? $0 : nil }
        updateSequence = told?.updateSequence ?? sequence
        let headers = Self.headers(of: view, namesRun: namesRun, policy: policy)
        if let document = view.status.map(PulseEncoder.encode),
            let progressDocument = view.progressDocument, let version2 = view.version2
        {
            status = .json(document, headers: headers, policy: policy)
            progress = .json(progressDocument, headers: headers, policy: policy)
            self.history = HistoryRepresentation(
                history, headers: namesRun ? headers : [], policy: policy)
            let statusBlock = ServerSentEvent.block(id: id, event: "status", data: document)
            let whole =
                statusBlock + ServerSentEvent.block(event: "progress", data: progressDocument)
            let isSameStatus = previous?.view.status == view.status
            let change =
                isSameStatus
                ? ServerSentEvent.block(id: id, event: "progress", data: progressDocument) : whole
            update = told?.update ?? StreamUpdate(change: change, snapshot: whole)
            self.version2 = Version2Snapshot(
                version2, progress: progressDocument, columns: history.columns, id: id,
                headers: headers, policy: policy)
        } else {
            var problem = Problem.unavailable(
                view.sourceError?.description ?? "there is no status yet", retryAfter: 2)
            problem.headers += headers
            status = problem.representation(policy: policy)
            progress = status
            self.history = HistoryRepresentation(instead: status, policy: policy)
            let block = ServerSentEvent.block(id: id, event: "problem", data: problem.document)
            let problemUpdate = StreamUpdate(change: block, snapshot: block)
            update = told?.update ?? problemUpdate
            version2 = Version2Snapshot(instead: status, update: problemUpdate)
        }
    }

    /// A page of another origin may read the run's name, too.
    static func headers(of view: RunView, namesRun: Bool, policy: AccessPolicy) -> [HeaderLine] {
        let source = HeaderLine("Pulse-Source", view.source.rawValue)
        guard namesRun, let run = view.run else { return [source] }
        return [source, HeaderLine("Pulse-Run", run.description)] + policy.exposing("Pulse-Run")
    }
}
