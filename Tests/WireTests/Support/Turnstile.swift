internal import Synchronization

/// Lets a number of tasks in at a time, the others in the order of their coming.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var queue: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(width: Int) {
        state = Mutex(State(free: width))
    }

    func enter() async {
        await withCheckedContinuation { waiting in
            let isIn = state.withLock { state in
                guard state.free > 0 else {
                    state.queue.append(waiting)
                    return false
                }
                state.free -= 1
                return true
            }
            if isIn { waiting.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.queue.isEmpty else { return state.queue.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
