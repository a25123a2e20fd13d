internal import PulseMonitor

/// Invariant 5, as far as it concerns commands: each transition that was kept is told at least once,
/// over restarts, in order; and none that is over, or never was.
struct TellingOracle {
    private struct Owed {
        let notice: TransitionNotice
        /// Which of the things that happened one after the other it was.
        let moment: Int
        var begun = 0
    }

    /// Oldest first.
    private var owed: [Owed] = []
    private var moments = 0
    /// What is being told, and of which run.
    private var running: [String: String] = [:]

    /// The contract's.
    private static let attempts = 12
    private static let atOnce = 4
    private static let limitForEachRun = 64

    mutating func happened(_ notices: [TransitionNotice]) {
        moments += 1
        owed += notices.map { Owed(notice: $0, moment: moments) }
    }

    mutating func begins(_ id: String) throws(Violation) {
        guard let index = owed.firstIndex(where: { $0.notice.id == id }) else {
            throw Violation(.transitions, "\(id) is told, and is over, or never was")
        }
        let (one, subject) = (owed[index], owed[index].notice.subject)
        guard running.count < Self.atOnce, !running.values.contains(subject)
        else { throw Violation(.transitions, "too many are told at a time: \(running.count)") }
        guard one.begun < Self.attempts else {
            throw Violation(.transitions, "\(id) is told more than \(Self.attempts) times")
        }
        if one.begun == 0, isBehindNew(index) {
            throw Violation(.transitions, "\(id) is told before an older one of \(subject)")
        }
        if one.notice.transition.isSilence, isPast(index) {
            throw Violation(.transitions, "\(one.notice.transition) is told after the end")
        }
        owed[index].begun += 1
        running[id] = subject
    }

    mutating func ended(_ id: String) {
        running[id] = nil
    }

    mutating func allEnded() {
        running = [:]
    }

    /// It is told no more.
    mutating func over(_ id: String, _ ending: Outbox.Ending) throws(Violation) {
        guard let index = owed.firstIndex(where: { $0.notice.id == id }) else {
            throw Violation(.transitions, "\(id) is over twice")
        }
        let isRight =
            switch ending {
            case .told: true
            case .waits: false
            case .givenUp: owed[index].begun >= Self.attempts
            case .replaced: owed[index].notice.transition.isSilence && isPast(index)
            case .forgotten: mayBeForgotten(index)
            }
        guard isRight else {
            throw Violation(.transitions, "\(id) is \(ending) after \(owed[index].begun) times")
        }
        owed.remove(at: index)
    }

    /// What is new waits for nothing but an older new one, and a place.
    func checkNoneIsHeldUp() throws(Violation) {
        guard running.count < Self.atOnce else { return }
        let busy = Set(running.values)
        for one in owed where one.begun == 0 && !busy.contains(one.notice.subject) {
            throw Violation(.transitions, "\(one.notice.id) is held up")
        }
    }

    /// After a restart.
    func checkNoneIsLost(of count: Int) throws(Violation) {
        guard owed.count == count else {
            throw Violation(.transitions, "\(owed.count) were to be told, and \(count) are")
        }
    }

    private func isBehindNew(_ index: Int) -> Bool {
        owed[..<index].contains {
            $0.begun == 0 && $0.notice.subject == owed[index].notice.subject
        }
    }

    /// Too many of its run wait, it is none that is just told, and those before it matter more.
    private func mayBeForgotten(_ index: Int) -> Bool {
        let notice = owed[index].notice
        let ofRun = owed.filter { $0.notice.subject == notice.subject }
        return ofRun.count > Self.limitForEachRun && running[notice.id] == nil
            && !ofRun.contains {
                running[$0.notice.id] == nil
                    && ($0.notice.transition.isOfTrainer ? 1 : 0, $0.moment)
                        < (notice.transition.isOfTrainer ? 1 : 0, owed[index].moment)
            }
    }

    /// Whether its run has ended since.
    private func isPast(_ index: Int) -> Bool {
        owed.contains {
            $0.notice.subject == owed[index].notice.subject && $0.moment > owed[index].moment
                && ($0.notice.transition == .done || $0.notice.transition == .error)
        }
    }
}

extension RunTransition {
    fileprivate var isSilence: Bool { self == .stale || self == .recovered }
    fileprivate var isOfTrainer: Bool { self == .running || self == .done || self == .error }
}
