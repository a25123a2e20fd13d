internal import Glibc
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// A file, or a key, judged here by the rules that a server goes by.
struct SourceWatch: WatchSource {
    let source: any StatusSource
    let rules: WatchSession.SourceRules

    private struct State {
        var monitor: RunMonitor
        var last: RunView?
    }

    func run(onUpdate: @escaping @Sendable (WatchUpdate) -> Void) async {
        let start = Moment.now
        let state = Mutex(
            State(
                monitor: RunMonitor(
                    (source.name, source.label), staleAfter: rules.staleAfter,
                    tick: rules.pollInterval, pollInterval: rules.pollInterval, at: start.monotonic,
                    wallClock: start.unixTime)))
        onUpdate(.opened(serverTime: nil))
        await source.run { delivery in
            let updates = state.withLock { state in
                let moment = Moment.now
                _ = state.monitor.take(
                    delivery, at: moment.monotonic, wallClock: moment.unixTime)
                _ = state.monitor.judge(at: moment.monotonic)
                let view = state.monitor.view
                defer { state.last = view }
                return Self.updates(of: view, after: state.last)
            }
            updates.forEach(onUpdate)
        }
    }

    /// What a change of the view is told as: the same documents that a server would send.
    static func updates(of view: RunView, after last: RunView?) -> [WatchUpdate] {
        guard view != last else { return [] }
        guard let reading = RunReading(view), let progress = view.progressDocument else {
            return [.nothing(view.sourceError?.description ?? "there is no status yet")]
        }
        let isNewStatus = reading.status != last?.status
        // As on `/events`: where details alone have changed, these documents are as they were.
        let isNewProgress = view.version1 != last?.version1
        return (isNewStatus ? [.document(PulseEncoder.encode(reading.status))] : [])
            + (isNewProgress ? [.document(progress)] : []) + [.reading(reading)]
    }
}
