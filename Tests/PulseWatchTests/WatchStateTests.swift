import PulseMonitor
import TestSupport
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("WatchState")
struct WatchStateTests {
    @Test("keeps what it knows when the server is lost, and since when it is")
    func lost() throws {
        let reading = RunReading.sample(try .sample())
        var state = WatchState([.opened(serverTime: nil), .reading(reading)])
        state.take(.lost("connection refused", retryAfter: .seconds(1)), at: .after(10))
        state.take(.lost("no answer", retryAfter: .seconds(2)), at: .after(12))
        #expect(state.reading == reading)
        #expect(
            state.link
                == .lost(since: 1_010, reason: "no answer", retryAt: .seconds(14)))
        state.take(.opened(serverTime: nil), at: .after(20))
        #expect(state.link == .open)
        #expect(state.reading == reading)
    }

    @Test("begins with the server's curve and goes on with what arrives")
    func curve() throws {
        let points = [(0.25, 2.0), (0.5, 1.0), (1, 0.5)].map {
            CurvePoint(timestamp: 900, epoch: $0.0, loss: $0.1)
        }
        var state = WatchState([.curve(points), .reading(.sample(try .sample()))])
        #expect(state.losses == [2, 1, 0.5])
        let next = try TrainingStatus.sample(epoch: 1.5, loss: 0.3)
        state.take(.reading(.sample(next)), at: .after(1))
        // The same status judged anew is no new point.
        state.take(.reading(.sample(next, .stale, eta: nil)), at: .after(2))
        #expect(state.losses == [2, 1, 0.5, 0.3])
    }

    @Test("shows no loss of an attempt that has measured none, and the curve before it")
    func unmeasured() throws {
        let points = [(0.25, 2.0), (0.5, 1.0)].map {
            CurvePoint(timestamp: 900, epoch: $0.0, loss: $0.1)
        }
        var state = WatchState([
            .curve(points), .reading(.sample(try .sample(epoch: 0.75, loss: 0))),
        ])
        #expect(state.loss == nil)
        #expect(WatchText(state).loss == "loss –")
        #expect(state.losses == [2, 1])
        state.take(.reading(.sample(try .sample(epoch: 0.8, loss: 0))), at: .after(1))
        #expect(state.loss == nil)
        state.take(.reading(.sample(try .sample(epoch: 0.9, loss: 3))), at: .after(2))
        #expect(WatchText(state).loss == "loss 3")
        state.take(.reading(.sample(try .sample(epoch: 1, loss: 0))), at: .after(3))
        #expect(state.losses == [2, 1, 3, 0])
        #expect(state.loss == 0)
    }

    @Test("takes a 0 of the server's curve for what it is: measured")
    func measuredZero() throws {
        let points =
            [CurvePoint(timestamp: 900, epoch: 0.5, loss: 2)]
            + [CurvePoint(timestamp: 901, epoch: 1, loss: 0)]
        let state = WatchState([.curve(points), .reading(.sample(try .sample(loss: 0)))])
        #expect(state.loss == 0)
        #expect(state.losses == [2, 0])
    }

    @Test("shows the last loss of the attempt where PULSE v2 tells none")
    func noLoss() throws {
        let details = try RunDetails.sample(run: "a")
        var state = WatchState([.reading(.sample(try .sample(loss: 0.75), details: details))])
        let silent = try TrainingStatus.sample(epoch: 2, loss: 0)
        state.take(.reading(.sample(silent, details: details, hasLoss: false)), at: .after(1))
        #expect(state.loss == 0.75)
        #expect(state.losses == [0.75])
        let other = try RunDetails.sample(run: "b")
        state.take(.reading(.sample(silent, details: other, hasLoss: false)), at: .after(2))
        #expect(state.loss == nil)
        #expect(state.losses == [])
        // Measured, and exactly 0.
        state.take(.reading(.sample(silent, details: other)), at: .after(3))
        #expect(state.loss == 0)
    }

    @Test("goes on with the server's curve of a run that has a name")
    func namedRun() throws {
        let points = [(0.5, 2.0), (1, 0.5)].map {
            CurvePoint(timestamp: 900, epoch: $0.0, loss: $0.1)
        }
        let details = try RunDetails.sample(run: "a")
        let state = WatchState([
            .curve(points), .reading(.sample(try .sample(), details: details)),
        ])
        #expect(state.losses == [2, 0.5])
    }

    @Test("begins a new curve with a new run")
    func newRun() throws {
        var state = WatchState([.reading(.sample(try .sample()))])
        state.take(.reading(.sample(try .sample(epoch: 0, loss: 9))), at: .after(1))
        #expect(state.losses == [9])
    }

    @Test("takes the server's clock for the age of what the server says")
    func skew() throws {
        let reading = RunReading.sample(try .sample(timestamp: 5_000))
        var state = WatchState([.opened(serverTime: 5_010), .reading(reading)])
        #expect(state.age(at: .after(0)) == 10)
        state.take(.heartbeat(5_030), at: .after(15))
        #expect(state.age(at: .after(20)) == 35)
    }

    @Test("survives times that are none", arguments: [Int64.max, 0, 1 << 62])
    func extremes(_ timestamp: Int64) throws {
        let reading = RunReading.sample(try .sample(timestamp: timestamp))
        let state = WatchState([.opened(serverTime: .min), .reading(reading)])
        #expect(try #require(state.age(at: .after(0))) >= 0)
        let other = WatchState([.opened(serverTime: .max), .reading(reading)])
        #expect(try #require(other.age(at: .after(0))) >= 0)
    }

    @Test("knows nothing any more when the source has nothing")
    func nothing() throws {
        let state = WatchState([
            .opened(serverTime: nil), .reading(.sample(try .sample())), .nothing("loss is NaN"),
        ])
        #expect(state.reading == nil)
        #expect(state.emptiness == "loss is NaN")
    }
}
