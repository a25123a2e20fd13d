/// When a run was heard of, by the server's clock: unix time in seconds.
package struct RunTimes: Sendable, Equatable {
    /// When its newest update arrived.
    package var updated: Int64
    /// When it ended; nil while it hasn't.
    package var ended: Int64?

    package init(updated: Int64, ended: Int64?) {
        self.updated = updated
        self.ended = ended
    }
}
