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
    private func chain(_ status: TrainingStatus) -> SnapshotChain {
        SnapshotChain(
            monitor: .sample(), ids: EventIDs(boot: "b"), policy: AccessPolicy(),
            first: .accepted(status), at: .zero, wallClock: 1_000)
    }

    @Test("begins at 1, and grows by one with each change")
    func sequence() throws {
        var chain = chain(try .sample(epoch: 1))
        #expect(chain.snapshot.sequence == 1)
        let second = chain.take(
            .accepted(try .sample(epoch: 2)), at: .seconds(1), wallClock: 1_001)
        #expect(second.snapshot?.sequence == 2)
        #expect(chain.snapshot.sequence == 2)
    }

    @Test("passing time and repeated states change nothing that is served")
    func unchanged() throws {
        var chain = chain(try .sample())
        #expect(chain.judge(at: .seconds(1)).snapshot == nil)
        let again = chain.take(.accepted(try .sample()), at: .seconds(2), wallClock: 1_002)
        #expect(again.snapshot == nil)
        #expect(chain.snapshot.sequence == 1)
    }

    @Test("details alone are a change to readers of PULSE v2 only")
    func details() throws {
        let status = try TrainingStatus.sample()
        var chain = chain(status)
        let first = chain.snapshot
        func take(_ document: PulseDocument, at second: Int) -> StatusSnapshot? {
            chain.take(
                SourceDelivery([.accepted(document)], nextWithin: .seconds(3_600)),
                at: .seconds(second), wallClock: 1_000
            ).snapshot
        }
        let told = try #require(
            take(PulseDocument(status, details: try RunDetails(stepsDone: 10)), at: 1))
        #expect((told.sequence, told.updateSequence) == (2, 1))
        #expect(told.update.snapshot == first.update.snapshot)
        #expect(told.version2.update.change.text.contains("\"steps_done\": 10"))
        // Another attempt by its trainer's own word is none to them, either.
        let resumed = try #require(
            take(PulseDocument(status, details: try RunDetails(run: "a", attempt: 2)), at: 2))
        #expect((resumed.sequence, resumed.updateSequence) == (3, 1))
        let next = try TrainingStatus.sample(epoch: status.epoch + 0.25)
        let seen = try #require(
            take(PulseDocument(next, details: try RunDetails(stepsDone: 11)), at: 3))
        #expect((seen.sequence, seen.updateSequence) == (4, 4))
        #expect(seen.update.change.text.hasPrefix("id: b-4\nevent: status\n"))
    }

    @Test("becoming stale is a change, and announces progress alone")
    func stale() throws {
        var chain = chain(try .sample())
        for second in stride(from: 2, to: 300, by: 2) {
            #expect(chain.judge(at: .seconds(second)).snapshot == nil)
        }
        let snapshot = try #require(chain.judge(at: .seconds(300)).snapshot)
        #expect(snapshot.view.liveness == .stale)
        #expect(snapshot.update.change.text.contains("\"liveness\": \"stale\""))
        #expect(!snapshot.update.change.text.contains("event: status"))
    }
}

extension RunMonitor {
    /// Of a file that is polled every two seconds.
    fileprivate static func sample() -> RunMonitor {
        RunMonitor(
            (SourceName(key: "a"), "a"), staleAfter: .seconds(300), tick: .seconds(2),
            pollInterval: .seconds(2), at: .zero, wallClock: 0)
    }
}

extension RunOrigin {
    /// What all runs of a test's server have in common.
    static func sample(
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        namesRuns: Bool = false
    ) -> RunOrigin {
        let streams = StreamCount()
        return RunOrigin(
            staleAfter: .seconds(300), tick: .milliseconds(5), pollInterval: .seconds(2),
            policy: AccessPolicy(),
            heads: StreamHeads(limit: 1, streams: streams, policy: AccessPolicy()),
            streams: streams, clock: MonitorClock(now: { .zero }, unixTime: { 1_000 }),
            logger: logger, observers: [], namesRuns: namesRuns)
    }
}

extension SourceDelivery {
    fileprivate static func accepted(_ status: TrainingStatus) -> SourceDelivery {
        SourceDelivery([.accepted(status)], nextWithin: .seconds(3_600))
    }
}

/// A source that delivers what a test tells it to.
private struct ScriptedSource: StatusSource {
    let label = "a"
    let name = SourceName(key: "a")
    private let first: SourceDelivery
    private let deliveries: AsyncStream<SourceDelivery>
    private let next: AsyncStream<SourceDelivery>.Continuation

    init(_ first: SourceDelivery) {
        self.first = first
        (deliveries, next) = AsyncStream.makeStream()
    }

    func poll() -> SourceDelivery { first }

    func run(deliver: @escaping @Sendable (SourceDelivery) -> Void) async {
        for await delivery in deliveries { deliver(delivery) }
    }

    func deliver(_ event: SourceEvent) {
        next.yield(SourceDelivery([event], nextWithin: .seconds(3_600)))
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
        let logger = Logger(label: "test") { _ in lines.handler }
        let origin = RunOrigin.sample(logger: logger)
        let follower = origin.follower(
            of: source.name, label: source.label, first: source.poll())
        let table = RunTable(
            front: follower.resource, isSingle: true, heads: origin.heads, streams: origin.streams)
        let store = follower.resource.store
        let poller = StatusPoller(
            source: SingleSource(source), origin: origin, first: [source.name: follower],
            table: table, health: Health(policy: origin.policy, clock: origin.clock))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await poller.run() }
            try await body(store)
            group.cancelAll()
        }
    }

    private func wait(until condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    private func error(of document: String) throws -> PulseError {
        do {
            _ = try PulseDecoder.decode(Array(document.utf8))
        } catch {
            return error
        }
        throw PulseError(.syntax, "\(document) is valid")
    }

    @Test("a delivery becomes the stored snapshot")
    func stores() async throws {
        let source = ScriptedSource(.accepted(try .sample(epoch: 1)))
        try await withPoller(source) { store in
            source.deliver(.accepted(try .sample(epoch: 2)))
            try await wait { store.snapshot.view.status?.epoch == 2 }
            #expect(store.counts.polls == 2)
        }
    }

    @Test("no point of the curve is lost, however fast documents follow each other")
    func everyPoint() async throws {
        let source = ScriptedSource(.accepted(try .sample(epoch: 0)))
        try await withPoller(source) { store in
            for step in 1...500 {
                source.deliver(.accepted(try .sample(epoch: Double(step) / 500)))
            }
            try await wait { store.snapshot.view.status?.epoch == 1 }
            #expect(store.snapshot.sequence == 501)
        }
    }

    @Test(
        "one line is logged for each change of state, none for each update or each new byte offset")
    func logs() async throws {
        let source = ScriptedSource(.accepted(try .sample()))
        try await withPoller(source) { store in
            for document in ["{\"loss\": NaN}", "{ \"loss\": NaN}", "{  \"loss\": NaN}"] {
                let error = try error(of: document)
                source.deliver(.failed(error))
                try await wait { store.snapshot.view.sourceError == error }
            }
            source.deliver(.unchanged)
            try await wait { store.snapshot.view.source == .ok }
            source.deliver(.accepted(try .sample(epoch: 2)))
            try await wait { store.snapshot.view.status?.epoch == 2 }
            source.deliver(.accepted(try .sample(.done, epoch: 4)))
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
