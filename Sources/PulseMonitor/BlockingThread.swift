internal import Dispatch

/// Blocking work for a task: none of the few threads that tasks share may wait for a file system or
/// a network.
package enum BlockingThread {
    /// Starts work that nobody waits for here.
    ///
    /// - Parameter label: the thread's name for debuggers.
    package static func start(_ label: String, _ work: @escaping @Sendable () -> Void) {
        DispatchQueue(label: label).async(execute: work)
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
