import PulseMonitor
import TestSupport
import MicroHTTPD
import Logging
import Pulse
import ServiceLifecycle
import Synchronization
import Testing

@testable import PulseServer

@Suite("SnapshotChain")
struct SnapshotChainTests {
    private func chain(_ report: SourceReport) -> SnapshotChain {
        SnapshotChain(
            monitor: RunMonitor(staleAfter: .seconds(300), startTime: 0), ids: EventIDs(boot: "b"),
            policy: AccessPolicy(),
            report: report, at: .zero, wallClock: 1_000)
    }

    private func report(_ status: TrainingStatus, accepted: Int) -> SourceReport {
        var report = SourceReport()
        report.lastGood = status
        report.accepted = accepted
        return report
    }

    @Test("begins at 1, and grows by one with each change")
    func sequence() throws {
        var chain = chain(report(try .sample(epoch: 1), accepted: 1))
        #expect(chain.snapshot.sequence == 1)
        let second = chain.advance(
            to: report(try .sample(epoch: 2), accepted: 2), at: .seconds(1), wallClock: 1_001)
        #expect(second?.sequence == 2)
        #expect(chain.snapshot.sequence == 2)
    }

    @Test("passing time and repeated states change nothing that is served")
    func unchanged() throws {
        let first = report(try .sample(), accepted: 1)
        var chain = chain(first)
        #expect(chain.advance(to: first, at: .seconds(10), wallClock: 1_010) == nil)
        #expect(
            chain.advance(
                to: report(try .sample(), accepted: 2), at: .seconds(20), wallClock: 1_020) == nil)
        #expect(chain.snapshot.sequence == 1)
    }

    @Test("becoming stale is a change, and announces progress alone")
    func stale() throws {
        let first = report(try .sample(), accepted: 1)
        var chain = chain(first)
        let next = chain.advance(to: first, at: .seconds(300), wallClock: 1_300)
        let snapshot = try #require(next)
        #expect(snapshot.view.liveness == .stale)
        #expect(snapshot.update.change.text.contains("\"liveness\": \"stale\""))
        #expect(!snapshot.update.change.text.contains("event: status"))
    }
}

/// A source that is told what to report.
private final class ScriptedSource: StatusSource {
    private let state: Mutex<(report: SourceReport, onLook: (@Sendable () -> Void)?)>

    init(_ report: SourceReport) {
        state = Mutex((report, nil))
    }

    var report: SourceReport { state.withLock { $0.report } }

    func run(onLook: @escaping @Sendable () -> Void) async {
        state.withLock { $0.onLook = onLook }
        onLook()
        try? await Task.sleep(for: .seconds(3_600))
    }

    func say(_ report: SourceReport) {
        let onLook = state.withLock { state in
            state.report = report
            return state.onLook
        }
        onLook?()
    }
}

@Suite("StatusPoller", .timeLimit(.minutes(1)))
struct StatusPollerTests {
    private let lines = LogLines()

    /// Runs a poller over a source, until `body` has seen enough.
    private func withPoller(
        _ source: ScriptedSource, _ body: (StatusStore) async throws -> Void
    ) async throws {
        let lines = lines
        let hub = EventHub(limit: 1, policy: AccessPolicy())
        let chain = SnapshotChain(
            monitor: RunMonitor(staleAfter: .seconds(300), startTime: 0), ids: EventIDs(boot: "b"),
            policy: AccessPolicy(),
            report: source.report, at: .zero, wallClock: 1_000)
        let store = StatusStore(chain.snapshot)
        let clock = MonitorClock(now: { .zero }, unixTime: { 1_000 })
        let poller = StatusPoller(
            source: source, chain: chain, store: store, hub: hub,
            health: Health(policy: AccessPolicy(), clock: clock), clock: clock,
            tick: .milliseconds(5),
            observers: [
                RunLog(logger: Logger(label: "test") { _ in lines.handler })
            ])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await poller.run() }
            try await body(store)
            group.cancelAll()
        }
    }

    private func wait(until condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    private func invalid(_ document: String, _ report: SourceReport) -> SourceReport {
        var report = report
        do {
            _ = try PulseDecoder.decode(Array(document.utf8))
        } catch {
            report.error = error
        }
        return report
    }

    @Test("a report becomes the stored snapshot")
    func stores() async throws {
        var report = SourceReport()
        report.lastGood = try .sample(epoch: 1)
        report.accepted = 1
        let source = ScriptedSource(report)
        try await withPoller(source) { store in
            report.lastGood = try .sample(epoch: 2)
            report.accepted = 2
            source.say(report)
            try await wait { store.snapshot.view.status?.epoch == 2 }
        }
    }

    @Test(
        "one line is logged for each change of state, none for each update or each new byte offset")
    func logs() async throws {
        var good = SourceReport()
        good.lastGood = try .sample()
        good.accepted = 1
        let source = ScriptedSource(good)
        try await withPoller(source) { store in
            for document in ["{\"loss\": NaN}", "{ \"loss\": NaN}", "{  \"loss\": NaN}"] {
                let broken = invalid(document, good)
                source.say(broken)
                try await wait { store.snapshot.view.sourceError == broken.error }
            }
            source.say(good)
            try await wait { store.snapshot.view.source == .ok }
            good.lastGood = try .sample(epoch: 2)
            good.accepted = 2
            source.say(good)
            try await wait { store.snapshot.view.status?.epoch == 2 }
            good.lastGood = try .sample(.done, epoch: 4)
            good.accepted = 3
            source.say(good)
            try await wait { store.snapshot.view.status?.status == .done }
        }
        #expect(
            lines.all == [
                "info run is running, live",
                "warning source is invalid: loss is NaN, which JSON does not have (byte 9)",
                "info source is ok",
                "info run is done, finished",
            ])
    }
}
