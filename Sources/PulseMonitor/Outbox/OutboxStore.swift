/// A transition that a server before this one has left to be told.
package struct WaitingTransition: Sendable, Equatable {
    package let notice: TransitionNotice
    /// How often its command was begun.
    package let attempts: Int
    /// When it is to be told again, by the server's clock: unix seconds.
    package let due: Int64

    package init(_ notice: TransitionNotice, attempts: Int = 0, due: Int64 = 0) {
        self.notice = notice
        self.attempts = attempts
        self.due = due
    }
}

/// What has become of a transition that is to be told.
package enum OutboxChange: Sendable, Equatable {
    /// Its command is begun for the `number`th time; `due` is when it will be the next time, by the
    /// server's clock: unix seconds.
    case begun(id: String, number: Int, due: Int64)
    /// It is told no more.
    case over(id: String)
}

/// Keeps what is to be told beyond the life of a server.
package protocol OutboxStore: Sendable {
    /// Keeps changes; returns when that is done, or can't be done now.
    func keep(_ changes: [OutboxChange]) async
}

/// Somebody who tells of transitions, each at least once.
package protocol TransitionTeller: Sendable {
    /// Tells of transitions that are kept by now, or can't be. Returns at once.
    func tell(_ notices: [TransitionNotice])

    /// A run turned out to be the next attempt of the one before it. Returns at once.
    func join(_ run: RunID, to earlier: RunID)

    /// Goes on with what another server left. Returns at once.
    func resume(_ waiting: [WaitingTransition])
}
