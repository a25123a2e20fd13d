package import PulseClient

/// What is known of what is watched, and how it is shown: pure, with time passed in.
protocol WatchView: Sendable {
    /// What its source gives.
    associatedtype Update: Sendable

    /// Takes what the source gives.
    mutating func take(_ update: Update, at now: Moment)

    /// The documents to print for those who want the data only.
    func documents(of update: Update) -> [[UInt8]]

    /// Whether an update is shown at once.
    func isShown(_ update: Update) -> Bool

    /// Why nothing can arrive; nil while something can.
    var outage: String? { get }

    /// Why watching ends; nil while it goes on.
    var ending: WatchEnding? { get }

    /// For files and pipes: the lines that are new, without the time.
    mutating func lines(at now: Moment) -> [String]

    /// For a terminal: what fills it.
    func screen(_ size: ScreenSize, at now: Moment) -> [StyledText]
}

/// The room on a terminal.
struct ScreenSize: Sendable, Equatable {
    let columns: Int
    let rows: Int
    /// Whether block characters and foreign scripts can be shown.
    let isUnicode: Bool
}

/// Why watching ended.
package enum WatchEnding: Sendable, Equatable {
    /// The trainer reported done: of several runs, all did.
    case done
    /// The trainer reported error: of several runs that have all ended, one did.
    case failed
    /// The server has many runs, which are watched otherwise.
    case hasManyRuns(ServerURL)
    /// Watching makes no sense, for this reason.
    case refused(String)
    /// By this signal.
    case signal(Int32)
}

/// Something that can be watched.
protocol WatchSource<Update>: Sendable {
    associatedtype Update: Sendable

    /// Gives updates until the task is cancelled or there can be no more.
    func run(onUpdate: @escaping @Sendable (Update) -> Void) async
}
