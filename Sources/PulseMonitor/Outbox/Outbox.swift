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

    /// What came of an attempt.
    package enum Ending: Sendable, Equatable {
        /// Its command has exited with 0.
        case told
        /// It is told again later.
        case waits
        /// It has failed too often.
        case givenUp
        /// It has failed, and what happened since tells more.
        case replaced
    }

    private struct Entry {
        let notice: TransitionNotice
        var attempts = 0
        var due: Duration
        var isRunning = false
        var isReplaced = false
    }

    /// Oldest first.
    private var entries: [Entry] = []
    private let rules: OutboxRules
    /// When an attempt is due that waits for its time; known when ``start(at:)`` has none.
    package private(set) var nextStart: Duration?

    package init(rules: OutboxRules = .kept) {
        self.rules = rules
    }

    /// How many wait, or are being told.
    package var count: Int { entries.count }

    /// Takes what happened at one time.
    ///
    /// - Returns: the ids of those that are told no more, though one may be just being told: an end
    ///   tells more than a silence before it, and there is a limit.
    package mutating func add(_ notices: [TransitionNotice], at now: Duration) -> [String] {
        var dropped = rules.endsReplace ? replace(notices) : []
        entries += notices.map { Entry(notice: $0, due: now) }
        for subject in Set(notices.map(\.subject)) {
            dropped += trim(to: rules.limitForEachRun) { $0.notice.subject == subject }
        }
        return dropped + trim(to: rules.limit) { _ in true }
    }

    /// Goes on with what another server left, behind what is there.
    ///
    /// - Returns: the ids of those that were told too often already.
    package mutating func resume(
        _ waiting: [WaitingTransition], at now: Duration, wallClock: Int64
    ) -> [String] {
        var givenUp: [String] = []
        for transition in waiting {
            guard transition.attempts < rules.attempts else {
                givenUp.append(transition.notice.id)
                continue
            }
            // A clock that was set back must not make it wait longer than it would have.
            let left = Duration.seconds(transition.due) - Duration.seconds(wallClock)
            let pause =
                transition.attempts > 0
                ? min(max(.zero, left), rules.pause(after: transition.attempts)) : .zero
            entries.append(
                Entry(
                    notice: transition.notice,
                    attempts: rules.restartsCount ? transition.attempts : 0, due: now + pause))
        }
        return givenUp
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

    private mutating func replace(_ notices: [TransitionNotice]) -> [String] {
        let ended = Set(
            notices.filter { $0.transition == .done || $0.transition == .error }.map(\.subject))
        var dropped: [String] = []
        entries = entries.compactMap { entry in
            let isSilence =
                entry.notice.transition == .stale || entry.notice.transition == .recovered
            guard isSilence, !entry.isReplaced, ended.contains(entry.notice.subject)
            else { return entry }
            dropped.append(entry.notice.id)
            guard entry.isRunning else { return nil }
            var entry = entry
            entry.isReplaced = true
            return entry
        }
        return dropped
    }

    private mutating func trim(to limit: Int, _ isMeant: (Entry) -> Bool) -> [String] {
        var surplus = entries.count(where: isMeant) - limit
        guard surplus > 0 else { return [] }
        var dropped: [String] = []
        entries.removeAll { entry in
            guard surplus > 0, !entry.isRunning, isMeant(entry) else { return false }
            surplus -= 1
            dropped.append(entry.notice.id)
            return true
        }
        return dropped
    }
}
