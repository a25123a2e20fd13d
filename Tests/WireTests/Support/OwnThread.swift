import PulseMonitor
internal import Dispatch
internal import Testing

/// Runs each test of a suite on a thread of its own, because raw sockets block.
///
/// On the threads that all tasks share they would stop the server under test as well, which runs
/// its services there.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.turnstile.enter()
        defer { Self.turnstile.leave() }
        try await withTaskExecutorPreference(BlockingExecutor.shared) {
            try await function()
        }
    }

    /// Tests at a time.
    private static let turnstile = Turnstile(width: 4)
}

extension Trait where Self == OwnThread {
    static var ownThread: Self { OwnThread() }
}

/// Threads that may block: each job gets a serial queue of its own.
///
/// A serial queue gets a thread at once. A concurrent one gets a further thread only when the
/// system notices that its others have been blocked for a while.
final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue(label: "wire test").async {
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
