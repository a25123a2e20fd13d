internal import Dispatch
internal import Synchronization

/// Blocking work for a task: none of the few threads that tasks share may wait for a file system or
/// a network.
package enum BlockingThread {
    /// Starts work that nobody waits for here.
    ///
    /// - Parameter label: the thread's name for debuggers.
    package static func start(_ label: String, _ work: @escaping @Sendable () -> Void) {
        DispatchQueue(label: label).async(execute: work)
    }

    /// Waits for work on this very thread, and leaves it alone where it takes too long.
    ///
    /// - Parameter label: the thread's name for debuggers.
    /// - Returns: nil when it isn't done in time.
    package static func run<Result: Sendable>(
        _ label: String, atMost limit: Duration, _ work: @escaping @Sendable () -> Result
    ) -> Result? {
        let result = Handover<Result>()
        let isDone = DispatchSemaphore(value: 0)
        start(label) {
            // Without the lock: nobody may wait for it.
            let done = work()
            result.value.withLock { $0 = done }
            isDone.signal()
        }
        let timeout = DispatchTimeInterval.milliseconds(Int(limit / .milliseconds(1)))
        guard isDone.wait(timeout: .now() + timeout) == .success else { return nil }
        return result.value.withLock { $0 }
    }

    /// - Parameter label: the thread's name for debuggers.
    package static func run<Result: Sendable>(
        _ label: String, _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { ended in
            start(label) { ended.resume(returning: work()) }
        }
    }

    /// Waits for work that ends when its pipe is cancelled, which happens with the task.
    package static func run(
        _ label: String, untilCancelled work: @escaping @Sendable (CancellationPipe) -> Void
    ) async {
        let cancellation = CancellationPipe()
        await withTaskCancellationHandler {
            await run(label) { work(cancellation) }
        } onCancel: {
            cancellation.cancel()
        }
    }
}

/// What one thread leaves for another.
private final class Handover<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
