import Dispatch
import Pulse
import PulseMonitor
import Synchronization

/// Knows which state a server has published, for whoever waits for one.
final class PublishedStatus: RunObserver {
    private struct State {
        var status: TrainingStatus?
        /// How often a state had been shown to somebody before this one was published.
        var shownBefore = 0
        var shownCount: (@Sendable () -> Int)?
        var awaited: (status: TrainingStatus, isThere: DispatchSemaphore)?
    }

    private let state = Mutex(State())

    /// How often a state was shown before the newest was published.
    var shownBefore: Int { state.withLock { $0.shownBefore } }

    /// Takes how it is counted from now on.
    func count(by shownCount: @escaping @Sendable () -> Int) {
        state.withLock { $0.shownCount = shownCount }
    }

    func began(with view: RunView) {
        note(view.status)
    }

    func observe(_ events: [RunEvent], _ view: RunView) {
        note(view.status)
    }

    /// Waits until a state is published, or the time is over.
    func wait(for status: TrainingStatus, atMost timeout: DispatchTimeInterval) {
        let isThere = DispatchSemaphore(value: 0)
        state.withLock { state in
            if state.status == status {
                isThere.signal()
            } else {
                state.awaited = (status, isThere)
            }
        }
        _ = isThere.wait(timeout: .now() + timeout)
    }

    private func note(_ status: TrainingStatus?) {
        state.withLock { state in
            if state.status != status { state.shownBefore = state.shownCount?() ?? 0 }
            state.status = status
            if let awaited = state.awaited, awaited.status == status { awaited.isThere.signal() }
        }
    }
}
