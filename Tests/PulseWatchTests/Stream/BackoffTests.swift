import Testing

@testable import PulseWatch

@Suite("Backoff")
struct BackoffTests {
    @Test("waits longer each time, up to a bound, and begins anew after a success")
    func growth() {
        var backoff = Backoff()
        #expect(
            (0..<6).map { _ in backoff.pause(asked: nil) }
                == [1, 2, 4, 8, 15, 15].map { .seconds($0) })
        backoff.reset()
        #expect(backoff.pause(asked: nil) == .seconds(1))
    }

    @Test("doesn't come back before the server wants it")
    func asked() {
        var backoff = Backoff()
        #expect(backoff.pause(asked: .seconds(30)) == .seconds(30))
        #expect(backoff.pause(asked: .milliseconds(10)) == .seconds(15))
    }

    @Test(
        "waits five minutes at most, whatever the server asks for",
        arguments: [
            .seconds(301), .seconds(9_223_372_036_854_776),
            .milliseconds(9_223_372_036_854_775_806), .seconds(Int64.max),
        ] as [Duration])
    func bounded(_ asked: Duration) {
        var backoff = Backoff()
        #expect(backoff.pause(asked: asked) == .seconds(300))
        #expect(backoff.pause(asked: nil) == .seconds(15))
    }
}
