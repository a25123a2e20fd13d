internal import Dispatch
internal import PulseMonitor
internal import Synchronization

/// Blocking work on a thread of its own.
package final class Worker<Result: Sendable>: Sendable {
    private let outcome = Mutex<Result?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the work.
    ///
    /// - Parameter label: the thread's name for debuggers.
    package init(_ label: String, _ work: @escaping @Sendable () -> Result) {
        BlockingThread.start(label) {
            let result = work()
            self.outcome.withLock { $0 = result }
            self.ended.signal()
        }
    }

    /// Waits for the end of the work.
    @discardableResult
    package func result() -> Result {
        ended.wait()
        ended.signal()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("signalled before there was a result")
        }
        return result
    }
}
