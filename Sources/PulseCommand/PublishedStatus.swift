import Dispatch
import Pulse
import PulseMonitor
import Synchronization

/// Knows which state a server has published, for whoever waits for one.
final class PublishedStatus: RunObserver {
    private struct State {
        var status: TrainingStatus?
        var awaited: (status: TrainingStatus, isThere: DispatchSemaphore)?
    }

    private let state = Mutex(State())

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
            state.status = status
            if let awaited = state.awaited, awaited.status == status { awaited.isThere.signal() }
        }
    }
}
