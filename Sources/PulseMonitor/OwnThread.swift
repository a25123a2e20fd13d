internal import Dispatch

/// Blocking work for a task: none of the few threads that tasks share may wait for a file system or
/// a network.
package enum OwnThread {
    /// - Parameter label: the thread's name for debuggers.
    package static func run<Result: Sendable>(
        _ label: String, _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { ended in
            DispatchQueue(label: label).async { ended.resume(returning: work()) }
        }
    }

    /// Waits for work that ends when its alarm rings, which it does when the task is cancelled.
    package static func run(
        _ label: String, untilCancelled work: @escaping @Sendable (Alarm) -> Void
    ) async {
        let alarm = Alarm()
        await withTaskCancellationHandler {
            await run(label) { work(alarm) }
        } onCancel: {
            alarm.ring()
        }
    }
}
