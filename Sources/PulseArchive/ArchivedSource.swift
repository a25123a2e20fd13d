package import PulseMonitor
internal import Synchronization

/// One source of a server that is kept in the archive.
package final class ArchivedSource: RunKeeper {
    private struct State {
        var pace = CheckpointPace()
        var losses: Int
    }

    package let memory: MonitorMemory?
    package let tellsTransitions: Bool
    /// Whether the server before this one told of them, or of others where it didn't know this source.
    private let hasTold: Bool
    /// Its address.
    private let source: String
    private let archive: Archive
    private let state: Mutex<State>

    init(
        _ source: String, memory: MonitorMemory?, tells: Bool, hasTold: Bool, archive: Archive
    ) {
        self.source = source
        tellsTransitions = tells
        self.hasTold = hasTold
        self.memory = memory
        self.archive = archive
        state = Mutex(State(losses: archive.losses))
    }

    package func begin(
        with events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64, isNews: Bool,
        told: [RunTransition] = []
    ) {
        // The first server that tells of an old source tells nothing of its past; one that another
        // server keeps is told of there.
        let isTold = isNews ? hasTold || memory == nil : hasTold && memory == nil
        keep(
            events, of: monitor, at: wallClock, isTold: isTold && !archive.isRefused(source),
            told: told, isFirst: true)
    }

    package func keep(
        _ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64,
        told: [RunTransition] = []
    ) {
        keep(events, of: monitor, at: wallClock, isTold: true, told: told)
    }

    package func close(_ monitor: RunMonitor, at wallClock: Int64) {
        keep([], of: monitor, at: wallClock, isTold: false, isLast: true)
    }

    private func keep(
        _ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64, isTold: Bool,
        told: [RunTransition] = [], isFirst: Bool = false, isLast: Bool = false
    ) {
        let isUrgent = !RunTransition.of(events).isEmpty
        let notices =
            isUrgent && isTold && tellsTransitions
            ? TransitionNotice.of(events, monitor.view, at: wallClock)
                .filter { !told.contains($0.transition) } : []
        guard !archive.isRefused(source) else { return archive.tell(notices, of: events) }
        let losses = archive.losses
        let (isWhole, isAfterLoss) = state.withLock { state in
            let isAfterLoss = state.losses != losses
            state.losses = losses
            let isWhole = state.pace.take(events, isForced: isLast || isAfterLoss)
            return (isWhole, isAfterLoss)
        }
        archive.put(
            ArchiveBatch(
                source: source, events: events, run: monitor.view.run,
                observed: monitor.observedTime, wallClock: wallClock,
                whole: isWhole ? WholeMonitor(monitor) : nil, notices: notices,
                tells: isFirst || isAfterLoss ? tellsTransitions : nil, isAfterLoss: isAfterLoss),
            isUrgent: isUrgent)
    }
}
