internal import Pulse
internal import Synchronization

/// One file of a runs directory, polled by one thread at a time.
final class PolledFile: Sendable {
    private struct State {
        /// nil while a thread is in it: one that hangs is waited for by nobody.
        var poll: FilePoll?
        /// Whether it has held a valid document: what never did is no run.
        var isRun = false
        /// What the newest poll found.
        var found = SourceState.missing
        var nextAt: Duration?
    }

    let name: SourceName
    let label: String
    private let state: Mutex<State>

    init(
        _ name: SourceName, _ candidate: RunsListing.Candidate, directory: String, device: UInt64,
        pollInterval: Duration
    ) {
        self.name = name
        label = candidate.file
        let reader = StatusFileReader(
            path: directory + "/" + candidate.file,
            calls: .staying(on: device, isLinked: candidate.isLinked))
        state = Mutex(State(poll: FilePoll(reader: reader, pollInterval: pollInterval)))
    }

    /// Whether it has held a valid document.
    var isRun: Bool { state.withLock { $0.isRun } }

    /// Why it isn't served; nil where it is, and where nothing is there.
    var skipped: SkippedFiles.Reason? {
        state.withLock { state in
            guard !state.isRun, state.found != .missing else { return nil }
            return state.found == .unreadable ? .unreadable : .neverValid
        }
    }

    /// Whether a thread is in it at the moment.
    var isBusy: Bool { state.withLock { $0.poll == nil } }

    /// When it is to be polled again; nil before the first poll.
    var nextAt: Duration? { state.withLock { $0.nextAt } }

    /// Polls it, unless another thread hangs in it.
    ///
    /// What is found is added before another thread can poll it again, so in order.
    ///
    /// - Returns: how much is undelivered of all files.
    func poll(at now: Duration, into undelivered: Undelivered) -> Int {
        var poll = state.withLock { $0.poll.take() }
        // Without the lock: it may take for ever.
        guard let delivery = poll?.next(at: now) else { return undelivered.count }
        var written: WrittenDocument?
        for case .accepted(let status) in delivery.events {
            written = poll?.document.map {
                WrittenDocument(bytes: $0, timestamp: status.timestamp)
            }
        }
        return state.withLock { state in
            swap(&state.poll, &poll)
            state.nextAt = now + delivery.nextWithin
            state.isRun = state.isRun || delivery.hasAccepted
            state.found = delivery.found
            // What never was a run is none.
            guard state.isRun else { return undelivered.count }
            return undelivered.add(
                NamedDelivery(name, label: label, delivery, document: written))
        }
    }
}

extension SourceDelivery {
    fileprivate var hasAccepted: Bool {
        events.contains { if case .accepted = $0 { true } else { false } }
    }

    /// What was there.
    fileprivate var found: SourceState {
        if case .failed(let error)? = events.last { SourceState(error) } else { .ok }
    }
}
