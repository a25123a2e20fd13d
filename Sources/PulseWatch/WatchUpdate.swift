/// What a source gives whoever watches it, in the order it happens.
enum WatchUpdate: Sendable, Equatable {
    /// The source is there. The server's unix time, where there is a server.
    case opened(serverTime: Int64?)
    /// The run's losses until now, oldest first.
    case curve([CurvePoint])
    /// A document as it came or would be served: for those who want the data only.
    case document([UInt8])
    /// What is known of the run now.
    case reading(RunReading)
    /// There is nothing to show, and why.
    case nothing(String)
    /// The server's unix time.
    case heartbeat(Int64)
    /// The server can't be reached, and when it is tried again.
    case lost(String, retryAfter: Duration)
    /// Nothing more comes: the run is over for good.
    case over
    /// Watching goes on no more, and why.
    case ended(WatchEnding)

    /// Whether a view shows it at once.
    ///
    /// Of the others it shows what follows, or the clock shows that nothing does.
    var changesView: Bool {
        switch self {
        case .reading, .nothing, .lost, .over, .ended: true
        case .opened, .curve, .document, .heartbeat: false
        }
    }
}

/// One point of a run's curve.
struct CurvePoint: Sendable, Equatable {
    let timestamp: Int64
    let epoch: Double
    let loss: Double
}
