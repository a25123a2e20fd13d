import PulseMonitor
import Logging
import ServiceLifecycle
import Synchronization

/// `--on-transition`: runs the user's command for each transition of a run.
///
/// The server never waits for it. With an archive a transition is kept before its command is begun,
/// and until one has exited with 0: told at least once. Without, it is told once.
final class TransitionCommand: RunObserver, TransitionTeller, Service {
    private struct State {
        var outbox = Outbox(rules: .unkept)
        var store: (any OutboxStore)?
        var lastFailure: String?
    }

    private let process: TransitionProcess
    private let logger: Logger
    private let reaper: OrphanReaper?
    private let clock: MonitorClock
    private let state = Mutex(State())
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - timeLimit: how long each run of the command may take.
    ///   - reaper: waits for what a command leaves behind, while none runs.
    init(
        _ command: String, logger: Logger, timeLimit: Duration = .seconds(30),
        reaper: OrphanReaper? = nil, clock: MonitorClock = .system
    ) {
        process = TransitionProcess(command: command, timeLimit: timeLimit)
        self.logger = logger
        self.reaper = reaper
        self.clock = clock
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps what is told from here on.
    func keep(in store: any OutboxStore) {
        state.withLock { state in
            state.store = store
            state.outbox.rules = .kept
        }
    }

    func tell(_ notices: [TransitionNotice]) {
        let dropped = state.withLock { $0.outbox.add(notices, at: clock.now) }
        forget(dropped)
        wake.yield()
    }

    func join(_ run: RunID, to earlier: RunID) {
        state.withLock { $0.outbox.join(run, to: earlier) }
    }

    func resume(_ waiting: [WaitingTransition]) {
        let dropped = state.withLock {
            $0.outbox.resume(waiting, at: clock.now, wallClock: clock.unixTime)
        }
        forget(dropped)
        wake.yield()
    }

    /// What is told comes by ``tell(_:)``.
    func observe(_ events: [RunEvent], _ view: RunView) {}

    func didPoll() {
        let isDue = state.withLock { state in
            state.outbox.nextStart.map { $0 <= clock.now } ?? false
        }
        if isDue { wake.yield() }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await _ in wakes {
                    while !Task.isShuttingDownGracefully, let attempt = next() {
                        group.addTask {
                            await cancelWhenGracefulShutdown { await self.make(attempt) }
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            self.wake.finish()
        }
    }

    private func next() -> Outbox.Attempt? {
        state.withLock { state in
            guard reaper?.pause() != false else { return nil }
            let attempt = state.outbox.start(at: clock.now)
            if attempt == nil { reaper?.resume() }
            return attempt
        }
    }

    private func make(_ attempt: Outbox.Attempt) async {
        let (id, store) = (attempt.notice.id, state.withLock(\.store))
        let due = clock.unixTime + attempt.pause.components.seconds
        // Before it begins: a server that is killed with it has told it once more all the same.
        await store?.keep([.begun(id: id, number: attempt.number, due: due)])
        let outcome = Task.isCancelled ? .interrupted : await process.run(attempt.notice.variables)
        reaper?.resume()
        // One that the server's end interrupts is told by the next server.
        guard outcome != .interrupted else { return }
        let ending = state.withLock {
            $0.outbox.end(id, succeeded: outcome == .succeeded, at: clock.now)
        }
        log(outcome, ending, of: attempt)
        if ending != .waits { await store?.keep([.over(id: id)]) }
        wake.yield()
    }

    private func log(
        _ outcome: TransitionProcess.Outcome, _ ending: Outbox.Ending?, of attempt: Outbox.Attempt
    ) {
        var failure: String?
        if case .failed(let reason) = outcome { failure = reason }
        let isNew = state.withLock { state in
            defer { state.lastFailure = failure }
            return failure != state.lastFailure
        }
        let transition = attempt.notice.transition.rawValue
        // A command that fails the same way each time is reported once.
        if let failure, isNew { logger.warning("--on-transition: \(failure) at \(transition)") }
        if ending == .givenUp, attempt.number > 1 {
            logger.warning(
                "--on-transition: \(transition) of \(attempt.notice.subject) was not told: its command failed \(attempt.number) times"
            )
        }
    }

    /// What is told no more needn't be kept; what never will be is said.
    private func forget(_ dropped: [Outbox.Dropped]) {
        guard !dropped.isEmpty else { return }
        for one in dropped where one.ending == .forgotten {
            logger.warning(
                "--on-transition: \(one.notice.transition.rawValue) of \(one.notice.subject) is not told: too many wait"
            )
        }
        guard let store = state.withLock(\.store) else { return }
        Task { await store.keep(dropped.map { .over(id: $0.notice.id) }) }
    }
}

/// Tells of the transitions of a run that nobody keeps.
struct UnkeptTransitions: RunObserver {
    let command: TransitionCommand

    func observe(_ events: [RunEvent], _ view: RunView) {
        let notices = TransitionNotice.of(events, view, at: MonitorClock.system.unixTime)
        if !notices.isEmpty { command.tell(notices) }
    }
}
