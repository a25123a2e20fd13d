/// The transitions that are still to be told, and which is next: pure, with time passed in.
///
/// Those of one run are told in order: a newer one waits for the first attempt of an older one, and
/// for no other. Times are monotonic, of any origin.
package struct Outbox: Sendable {
    /// One time that a transition is told.
    package struct Attempt: Sendable, Equatable {
        package let notice: TransitionNotice
        /// From 1.
        package let number: Int
        /// How long after it the next one follows, should it fail.
        package let pause: Duration
    }

    /// What has become of a transition.
    package enum Ending: Sendable, Equatable {
        /// Its command has exited with 0.
        case told
        /// It is told again later.
        case waits
        /// It has failed too often.
        case givenUp
        /// It isn't told yet, and what happened since tells more.
        case replaced
        /// Too many waited.
        case forgotten
    }

    /// A transition that is told no more, though it may be just being told.
    package struct Dropped: Sendable, Equatable {
        package let notice: TransitionNotice
        package let ending: Ending
    }

    private struct Entry {
        var notice: TransitionNotice
        var attempts = 0
        var due: Duration
        var isRunning = false
        var isReplaced = false
    }

    /// Oldest first.
    private var entries: [Entry] = []
    /// What waits is told by these as well.
    package var rules: OutboxRules
    /// When an attempt is due that waits for its time; known when ``start(at:)`` has none.
    package private(set) var nextStart: Duration?

    package init(rules: OutboxRules = .kept) {
        self.rules = rules
    }

    /// How many wait, or are being told.
    package var count: Int { entries.count }

    /// Takes what happened at one time.
    ///
    /// - Returns: those that are told no more: an end tells more than a silence before it, and there is
    ///   a limit.
    package mutating func add(_ notices: [TransitionNotice], at now: Duration) -> [Dropped] {
        var dropped = rules.endsReplace ? replace(notices) : []
        entries += notices.map { Entry(notice: $0, due: now) }
        for subject in Set(notices.map(\.subject)) {
            dropped += trim(to: rules.limitForEachRun) { $0.notice.subject == subject }
        }
        return dropped + trim(to: rules.limit) { _ in true }
    }

    /// What is still to be told of a run is another's: it turned out to be the next attempt of that one.
    ///
    /// What a command finds in its environment stays as it was when it happened.
    package mutating func join(_ run: RunID, to earlier: RunID) {
        for index in entries.indices where entries[index].notice.run == run {
            entries[index].notice.run = earlier
        }
    }

    /// Goes on with what another server left, oldest first, behind what is there.
    ///
    /// - Returns: those that are told no more: that server may have been killed before it kept so.
    package mutating func resume(
        _ waiting: [WaitingTransition], at now: Duration, wallClock: Int64
    ) -> [Dropped] {
        let replaced = rules.endsReplace ? Self.replaced(of: waiting) : []
        var dropped: [Dropped] = []
        for transition in waiting {
            let notice = transition.notice
            let isReplaced = replaced.contains(notice.id)
            guard !isReplaced, transition.attempts < rules.attempts else {
                dropped.append(Dropped(notice: notice, ending: isReplaced ? .replaced : .givenUp))
                continue
            }
            // A clock that was set back must not make it wait longer than it would have.
            let left = Duration.seconds(transition.due) - Duration.seconds(wallClock)
            let pause =
                transition.attempts > 0
                ? min(max(.zero, left), rules.pause(after: transition.attempts)) : .zero
            entries.append(
                Entry(
                    notice: notice,
                    attempts: rules.restartsCount ? transition.attempts : 0, due: now + pause))
        }
        return dropped
    }

    /// The next attempt; nil while there is none, or no place for one.
    package mutating func start(at now: Duration) -> Attempt? {
        nextStart = nil
        let running = entries.filter(\.isRunning)
        guard running.count < rules.atOnce else { return nil }
        guard let index = next(at: now, running) else { return nil }
        entries[index].isRunning = true
        entries[index].attempts += 1
        let number = entries[index].attempts
        return Attempt(
            notice: entries[index].notice, number: number, pause: rules.pause(after: number))
    }

    /// Takes what came of an attempt; nil when nothing is known of it.
    package mutating func end(_ id: String, succeeded: Bool, at now: Duration) -> Ending? {
        guard let index = entries.firstIndex(where: { $0.isRunning && $0.notice.id == id })
        else { return nil }
        let entry = entries[index]
        let ending: Ending =
            succeeded
            ? .told
            : entry.attempts >= rules.attempts ? .givenUp : entry.isReplaced ? .replaced : .waits
        if ending == .waits {
            entries[index].isRunning = false
            entries[index].due = now + rules.pause(after: entry.attempts)
        } else {
            entries.remove(at: index)
        }
        return ending
    }

    /// What is new goes before repeats, and in a run the older before the newer.
    private mutating func next(at now: Duration, _ running: [Entry]) -> Int? {
        var held = Set(rules.oneForEachRun ? running.map(\.notice.subject) : [])
        let repeatsFit = running.count { $0.attempts > 1 } < rules.repeatsAtOnce
        var repeats: [String: Int] = [:]
        var oldestRepeat: Int?
        for (index, entry) in entries.enumerated() where !entry.isRunning {
            let subject = entry.notice.subject
            guard !held.contains(subject) else { continue }
            if entry.due > now {
                nextStart = min(nextStart ?? entry.due, entry.due)
                if rules.failuresHold { held.insert(subject) }
            } else if entry.attempts == 0 {
                return repeats[subject] ?? index
            } else if repeatsFit {
                repeats[subject] = repeats[subject] ?? index
                oldestRepeat = oldestRepeat ?? index
            }
        }
        return oldestRepeat
    }

    /// The ids of silences that an end follows: later, because what happened at one time is told whole.
    private static func replaced(of waiting: [WaitingTransition]) -> Set<String> {
        var ends: [String: Int64] = [:]
        var replaced: Set<String> = []
        for notice in waiting.lazy.map(\.notice).reversed() {
            if notice.isEnd {
                ends[notice.subject] = max(notice.happened, ends[notice.subject] ?? .min)
            } else if notice.isSilence, notice.happened < ends[notice.subject] ?? .min {
                replaced.insert(notice.id)
            }
        }
        return replaced
    }

    private mutating func replace(_ notices: [TransitionNotice]) -> [Dropped] {
        let ended = Set(notices.filter(\.isEnd).map(\.subject))
        var dropped: [Dropped] = []
        entries = entries.compactMap { entry in
            guard entry.notice.isSilence, !entry.isReplaced, ended.contains(entry.notice.subject)
            else { return entry }
            dropped.append(Dropped(notice: entry.notice, ending: .replaced))
            guard entry.isRunning else { return nil }
            var entry = entry
            entry.isReplaced = true
            return entry
        }
        return dropped
    }

    /// Forgets the oldest beyond a limit: silences, and what concerns the source, before what a run did.
    private mutating func trim(to limit: Int, _ isMeant: (Entry) -> Bool) -> [Dropped] {
        var surplus = entries.count(where: isMeant) - limit
        var dropped: [Dropped] = []
        for spares in [true, false] where surplus > 0 {
            entries.removeAll { entry in
                guard surplus > 0, !entry.isRunning, isMeant(entry),
                    !spares || !entry.notice.isOfTrainer
                else { return false }
                surplus -= 1
                dropped.append(Dropped(notice: entry.notice, ending: .forgotten))
                return true
            }
        }
        return dropped
    }
}
