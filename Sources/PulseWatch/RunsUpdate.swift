/// What a source of many runs gives whoever watches it, in the order it happens.
enum RunsUpdate: Sendable, Equatable {
    /// The source is there, and tells of all runs anew. The server's unix time, where there is a
    /// server.
    case opened(serverTime: Int64?)
    /// A run that is new, or has changed: the ITEM of `/runs`.
    case item([UInt8])
    /// The run with this id is no more.
    case gone(String)
    /// All runs were told.
    case ready
    /// All runs are told anew.
    case reset
    /// Why the directory can't be listed; nil when it can.
    case listing(String?)
    /// The server's unix time.
    case heartbeat(Int64)
    /// The server can't be reached, and when it is tried again.
    case lost(String, retryAfter: Duration)
    /// Watching goes on no more, and why.
    case ended(WatchEnding)
}
