internal import Pulse
internal import PulseMonitor

/// The account of what a server reports of runs: which document each event is about.
///
/// A step back is judged by the document that follows it, so an event is about the newest document
/// or about the one before it.
struct Account {
    /// An event that begins a run or an attempt, and the act that it is about.
    struct Beginning {
        let event: RunEvent
        let act: Act
    }

    /// The current run as it is reported; nil before the first, and while the job waits.
    private(set) var current: RunFacts?
    /// The one before it.
    private(set) var earlier: RunFacts?
    /// A document below the newest epoch that no event was about yet.
    private(set) var pending: Act?
    /// Whether the newest document is of an attempt that should be gone, and says nothing of the run.
    private(set) var isPassed = false

    /// Takes the events of a new document.
    ///
    /// - Returns: the beginnings among them.
    mutating func take(_ events: [RunEvent], _ act: Act) throws(Violation) -> [Beginning] {
        var beginnings: [Beginning] = []
        let waiting = pending
        pending = nil
        for event in events {
            switch event {
            case .began(let id, _, let document):
                let subject = document == act.document ? act : waiting
                guard let subject, subject.document == document else {
                    throw Violation(.transitions, "\(id) began with a document of long ago")
                }
                if let current { earlier = current }
                current = RunFacts(id, subject)
                beginnings.append(Beginning(event: event, act: subject))
            case .resumed(let id, _, let epoch):
                let isWaiting = waiting?.document.epoch == epoch && beginnings.isEmpty
                let subject = isWaiting ? waiting ?? act : act
                guard id == current?.id, epoch == subject.document.epoch else {
                    throw Violation(.transitions, "\(id) resumed at \(epoch), where nobody was")
                }
                current?.resume(subject.document)
                beginnings.append(Beginning(event: event, act: subject))
            case .ended(let id, .replaced):
                guard id == current?.id, current?.status == .running else {
                    throw Violation(.transitions, "\(id) was replaced, which was not running")
                }
                earlier = current
                current = nil
            default: break
            }
        }
        note(act, isBeginning: beginnings.last?.act === act, after: waiting)
        return beginnings
    }

    private mutating func note(_ act: Act, isBeginning: Bool, after waiting: Act?) {
        let document = act.document
        isPassed = false
        if document.status == .idle {
            if let current { earlier = current }
            current = nil
        } else if let facts = current, !isBeginning {
            if let told = facts.told, let attempt = document.details?.attempt {
                isPassed = attempt < told
                if !isPassed { current?.note(document) }
            } else if document.status == .running, document.epoch < facts.newest {
                // A keep-alive says nothing of what the document before it was.
                pending = waiting.flatMap { act.isKeepAlive(of: $0) ? $0 : nil } ?? act
            } else {
                current?.note(document)
            }
        }
    }

    /// The current run is the next attempt of the one before it.
    mutating func join(_ id: RunID, to other: RunID) throws(Violation) {
        guard let run = current, let earlier, id == run.id, other == earlier.id else {
            throw Violation(.transitions, "\(id) was joined to \(other)")
        }
        current = run.joined(to: earlier)
        self.earlier = nil
    }

    /// Whether a loss was told as far as anybody can know: a 0 of version 1 before another is none, and
    /// of what went back nobody knows yet whose it is.
    func hasMeasured(lossOf newest: PulseDocument) -> Bool {
        newest.measures
            || (newest.details == nil && pending == nil && current?.hasLoss == true)
    }

    mutating func setOwner(_ run: Int) {
        current?.owner = run
    }
}
