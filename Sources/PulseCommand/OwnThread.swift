import Dispatch

/// Blocking work for an asynchronous command: none of the few threads that tasks share may wait for
/// a network.
enum OwnThread {
    /// - Parameter label: the thread's name for debuggers.
    static func run<Result: Sendable>(
        _ label: String, _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { ended in
            DispatchQueue(label: label).async { ended.resume(returning: work()) }
        }
    }
}
