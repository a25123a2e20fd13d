package import PulseMonitor
internal import Synchronization

/// One source of a server that is kept in the archive.
package final class ArchivedSource: RunKeeper {
    private struct State {
        /// Entries of the journal since the newest checkpoint.
        var entries = 0
        var losses: Int
        var hasCheckpoint = false
    }

    package let memory: MonitorMemory?
    /// Its address.
    private let source: String
    private let archive: Archive
    private let state: Mutex<State>

    /// So many entries are read again at the next start at most.
    private static let entryLimit = 256

    init(_ source: String, memory: MonitorMemory?, archive: Archive) {
        self.source = source
        self.memory = memory
        self.archive = archive
        state = Mutex(State(losses: archive.losses))
    }

    package func keep(_ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64) {
        let isUrgent = !RunTransition.of(events).isEmpty
        keep(events, of: monitor, at: wallClock, isUrgent: isUrgent, isLast: false)
    }

    package func close(_ monitor: RunMonitor, at wallClock: Int64) {
        keep([], of: monitor, at: wallClock, isUrgent: false, isLast: true)
    }

    private func keep(
        _ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64, isUrgent: Bool,
        isLast: Bool
    ) {
        let losses = archive.losses
        let (isWhole, isAfterLoss) = state.withLock { state in
            let isAfterLoss = state.losses != losses
            state.entries += events.count { $0.isRemembered }
            let isWhole =
                isUrgent || isLast || !state.hasCheckpoint || isAfterLoss
                || state.entries > Self.entryLimit
            if isWhole { state = State(losses: losses, hasCheckpoint: true) }
            return (isWhole, isAfterLoss)
        }
        archive.put(
            ArchiveBatch(
                source: source, events: events, run: monitor.view.run,
                observed: monitor.observedTime, wallClock: wallClock,
                monitor: isWhole ? monitor : nil, isAfterLoss: isAfterLoss), isUrgent: isUrgent)
    }
}
