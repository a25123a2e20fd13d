internal import MicroHTTPD
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// What is served of runs that are over: rendered when it is asked for, and kept for a while.
final class EarlierRuns: Sendable {
    private struct Entry {
        let run: ArchivedRun
        let answers: EarlierRun
    }

    private let archive: any RunArchive
    private let policy: AccessPolicy
    private let entries = Mutex<[Entry]>([])

    /// So many are kept: a page that lays curves over each other shows ten.
    private static let limit = 16

    init(_ archive: any RunArchive, policy: AccessPolicy) {
        self.archive = archive
        self.policy = policy
    }

    /// The answers of a run.
    func answers(of run: ArchivedRun) -> EarlierRun {
        entries.withLock { entries in
            if let known = entries.first(where: { $0.run == run }) { return known.answers }
            let answers = EarlierRun(RunView(run), policy: policy)
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(Entry(run: run, answers: answers))
            return answers
        }
    }

    /// The curve of a run, read when it is first asked for; nil when it can't be.
    func history(of run: ArchivedRun) -> HistoryRepresentation? {
        answers(of: run).history { archive.curve(of: run) }
    }
}

/// The answers of one run that is over.
final class EarlierRun: Sendable {
    let status: Representation
    let progress: Representation
    let version2: Version2Snapshot
    private let snapshot: StreamUpdate
    private let id: String
    private let headers: [HeaderLine]
    private let policy: AccessPolicy
    private let read = Mutex<HistoryRepresentation?>(nil)

    /// - Parameter view: of the run as it has ended.
    init(_ view: RunView, policy: AccessPolicy) {
        self.policy = policy
        // The same bytes have the same id, whichever server sends them.
        id = Fingerprint.of(view.progressDocument ?? [])
        let snapshot = StatusSnapshot(
            view: view, history: RunHistory(capacity: 4), sequence: 1, id: id, previous: nil,
            policy: policy, namesRun: true)
        (status, progress, version2) = (snapshot.status, snapshot.progress, snapshot.version2)
        self.snapshot = snapshot.update
        headers = StatusSnapshot.headers(of: view, namesRun: true, policy: policy)
    }

    private static let end = ServerSentEvent.block(event: "end", data: Array("{}".utf8))

    /// Its curve, read once.
    func history(_ curve: () -> RunHistory?) -> HistoryRepresentation? {
        read.withLock { read in
            if let read { return read }
            read = curve().map { HistoryRepresentation($0, headers: headers, policy: policy) }
            return read
        }
    }

    /// A stream that says what there is to say, and ends: `event: end` tells a client to close,
    /// and one that comes back all the same gets nothing but that.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func events(
        _ request: borrowing Request, version: Int, heads: StreamHeads, origin: Int
    ) -> Response {
        let isKnown = request.withHeader(.lastEventID) { Bytes.equal($0, Array(id.utf8)) }
        return heads.whole(isKnown == true ? Self.end : events(version: version), origin: origin)
    }

    /// The state, and that no other follows.
    ///
    /// - Parameter version: of PULSE, 1 or 2.
    func events(version: Int) -> [UInt8] {
        (version == 1 ? snapshot : version2.update).snapshot + Self.end
    }
}
