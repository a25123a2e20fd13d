/// Where the runs of a server are kept beyond its life: its own sources, and no others.
package protocol RunArchive: Sendable {
    /// Whether all that was to be kept is.
    var isUp: Bool { get }

    /// Begins to keep a source, with what is known of it.
    ///
    /// Called on the poll loop, and waits for no writer.
    ///
    /// - Parameter label: what the source is called in errors; of a file in a directory its path from
    ///   there on.
    /// - Returns: nil while nobody can say what is known of it: ask again later.
    func keeper(of name: SourceName, label: String) -> (any RunKeeper)?

    /// All sources that are there have a keeper: what comes later is new.
    func begun()

    /// Calls back with the runs that are over, at once and whenever they have changed: those of this
    /// server's sources that aren't the current ones of followed sources.
    func follow(_ changed: @escaping @Sendable (ArchivedRuns) -> Void)

    /// The curve of a run, as its attempts wrote it and without what a resume has cut off; nil when
    /// it can't be read.
    func curve(of run: ArchivedRun) -> RunHistory?

    /// The server ends; returns when what was to be kept is, or can't be.
    func close() async
}

/// Keeps the runs of one source.
package protocol RunKeeper: Sendable {
    /// What is known of the source from before; nil when that is nothing.
    var memory: MonitorMemory? { get }

    /// Whether it tells of transitions by itself, once they are kept.
    var tellsTransitions: Bool { get }

    /// The server begins with this state of the monitor.
    ///
    /// - Parameters:
    ///   - events: what the first delivery led to.
    ///   - isNews: whether they are new to somebody who was told of all before them. A server that
    ///     knows nothing of a source from before can't say what of it is new.
    ///   - told: the transitions that somebody was told of already.
    func begin(
        with events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64, isNews: Bool,
        told: [RunTransition])

    /// Something has happened, which led to this state of the monitor.
    ///
    /// Called on the poll loop, and returns at once.
    ///
    /// - Parameter told: the transitions that somebody was told of already.
    func keep(
        _ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64, told: [RunTransition])

    /// The server ends with this state of the monitor.
    func close(_ monitor: RunMonitor, at wallClock: Int64)
}
