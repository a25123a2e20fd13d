internal import PulseMonitor

/// The archive of a simulated server: what it was given to keep, and what its file holds of that.
///
/// Its file holds what belongs together, whenever a server is killed: a state of all of these.
struct WorldArchive {
    /// A state of the archive, and what was known of its server then.
    private struct Committed {
        let monitor: KeptMonitor
        let waiting: [WaitingTransition]
        let oracle: Oracle
        let telling: TellingOracle
    }

    var monitor = KeptMonitor()
    /// What is still to be told.
    var waiting: [WaitingTransition] = []
    /// Whether its file can be written: a disk is full, or away.
    var isWritable = true
    private var committed: Committed?

    /// Writes all that was given, if it can.
    mutating func commit(_ oracle: Oracle, _ telling: TellingOracle) {
        guard isWritable else { return }
        committed = Committed(
            monitor: monitor, waiting: waiting, oracle: oracle, telling: telling)
    }

    /// The server has ended: what isn't in the file is as if it had never been.
    ///
    /// - Returns: what was known of the server when the file was written last; nil where there is none.
    mutating func revert() -> (oracle: Oracle, telling: TellingOracle)? {
        monitor = committed?.monitor ?? KeptMonitor()
        waiting = committed?.waiting ?? []
        monitor.begin()
        return committed.map { ($0.oracle, $0.telling) }
    }
}
