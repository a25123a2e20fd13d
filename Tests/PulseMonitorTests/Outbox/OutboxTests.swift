import Testing

@testable import PulseMonitor

@Suite("Outbox")
struct OutboxTests {
    private var outbox = Outbox()

    private func notice(
        _ transition: RunTransition, _ run: Int64 = 1, _ id: String? = nil, at happened: Int64 = 0
    ) -> TransitionNotice {
        TransitionNotice(
            id: id ?? "\(transition.rawValue)-\(run)", transition: transition,
            run: RunID(source: "a", started: run), happened: happened, variables: [:])
    }

    /// All that can be started now.
    private mutating func started(at seconds: Int) -> [String] {
        var ids: [String] = []
        while let attempt = outbox.start(at: .seconds(seconds)) { ids.append(attempt.notice.id) }
        return ids
    }

    /// - Returns: the ids of those that are told no more.
    private mutating func add(_ notices: TransitionNotice..., at seconds: Int = 0) -> [String] {
        outbox.add(notices, at: .seconds(seconds)).map(\.notice.id)
    }

    @Test("one that fails is told again, twelve times in all, in less than a day")
    mutating func attempts() throws {
        _ = add(notice(.done))
        var now = Duration.zero
        var pauses: [Duration] = []
        for number in 1...12 {
            let next = outbox.start(at: now)
            let attempt = try #require(next)
            #expect(attempt.number == number && attempt.notice.id == "done-1")
            let ending = outbox.end("done-1", succeeded: false, at: now)
            #expect(ending == (number < 12 ? .waits : .givenUp))
            #expect(outbox.start(at: now) == nil)
            if let next = outbox.nextStart {
                #expect(next - now == attempt.pause)
                pauses.append(attempt.pause)
                now = next
            }
        }
        #expect(outbox.count == 0)
        #expect(pauses == pauses.sorted() && pauses.count == 11)
        #expect(now > .seconds(12 * 3600) && now < .seconds(24 * 3600))
    }

    @Test("one that was told is over")
    mutating func told() {
        _ = add(notice(.done))
        #expect(started(at: 0) == ["done-1"])
        #expect(outbox.end("done-1", succeeded: true, at: .zero) == .told)
        #expect(outbox.end("done-1", succeeded: true, at: .zero) == nil)
        #expect(outbox.count == 0 && outbox.nextStart == nil)
    }

    @Test("those of one run are told one at a time, and in order")
    mutating func order() {
        _ = add(notice(.running), notice(.error))
        #expect(started(at: 0) == ["running-1"])
        _ = outbox.end("running-1", succeeded: true, at: .zero)
        #expect(started(at: 0) == ["error-1"])
    }

    @Test("one that failed holds up neither the newer ones of its run nor other runs")
    mutating func failing() {
        _ = add(notice(.running), notice(.error), notice(.running, 2))
        #expect(started(at: 0) == ["running-1", "running-2"])
        _ = outbox.end("running-1", succeeded: false, at: .zero)
        #expect(started(at: 0) == ["error-1"])
    }

    @Test("when both are due, the older one is told first")
    mutating func bothDue() {
        _ = add(notice(.running))
        _ = started(at: 0)
        _ = outbox.end("running-1", succeeded: false, at: .zero)
        _ = add(notice(.done), at: 60)
        #expect(started(at: 60) == ["running-1"])
    }

    @Test("four are told at a time; repeats leave a place for what is new")
    mutating func atOnce() {
        for run in 1...6 { _ = add(notice(.running, Int64(run))) }
        #expect(started(at: 0) == (1...4).map { "running-\($0)" })
        for run in 1...4 { _ = outbox.end("running-\(run)", succeeded: false, at: .zero) }
        #expect(started(at: 0) == ["running-5", "running-6"])
        for run in 5...6 { _ = outbox.end("running-\(run)", succeeded: false, at: .zero) }
        #expect(started(at: 60).count == 3)
        _ = add(notice(.running, 7), at: 60)
        #expect(started(at: 60) == ["running-7"])
    }

    @Test("a newer end replaces a silence that waits, and what waits longer than it")
    mutating func replaced() {
        _ = add(notice(.running))
        _ = add(notice(.stale))
        #expect(started(at: 0) == ["running-1"])
        _ = add(notice(.recovered))
        #expect(add(notice(.error)) == ["stale-1", "recovered-1"])
        _ = outbox.end("running-1", succeeded: true, at: .zero)
        #expect(started(at: 0) == ["error-1"])
    }

    @Test("an end that comes at the same time, or of another run, replaces nothing")
    mutating func together() {
        _ = add(notice(.recovered), notice(.done))
        #expect(add(notice(.done, 2)) == [])
        #expect(add(notice(.running)) == [])
        #expect(started(at: 0) == ["recovered-1", "done-2"])
    }

    @Test("what a run is to tell that turned out to be a resume is told with the run before it")
    mutating func joined() {
        _ = add(notice(.running, 2), notice(.running, 3))
        #expect(started(at: 0) == ["running-2", "running-3"])
        _ = add(notice(.stale, 2))
        outbox.join(RunID(source: "a", started: 2), to: RunID(source: "a", started: 1))
        _ = add(notice(.recovered, 1))
        #expect(started(at: 0) == [])
        #expect(add(notice(.error, 1)) == ["stale-2", "recovered-1"])
        #expect(outbox.end("running-2", succeeded: true, at: .zero) == .told)
        #expect(started(at: 0) == ["error-1"])
    }

    @Test("a silence that is just being told is replaced when that fails")
    mutating func replacedWhileTold() {
        _ = add(notice(.stale))
        #expect(started(at: 0) == ["stale-1"])
        // Should the server end now, the next one doesn't tell it.
        #expect(add(notice(.done)) == ["stale-1"])
        #expect(outbox.end("stale-1", succeeded: false, at: .zero) == .replaced)
        #expect(started(at: 0) == ["done-1"])
    }

    @Test("a restart goes on with the attempts and the pause that were left", arguments: [0, 50])
    mutating func resumes(clockSetBack: Int64) {
        let waiting = [
            WaitingTransition(notice(.running), attempts: 2, due: 1_010),
            WaitingTransition(notice(.error)),
            WaitingTransition(notice(.done, 2), attempts: 12, due: 0),
        ]
        let dropped = outbox.resume(waiting, at: .zero, wallClock: 1_000 - clockSetBack)
        #expect(dropped == [.init(notice: notice(.done, 2), ending: .givenUp)])
        #expect(started(at: 0) == ["error-1"])
        _ = outbox.end("error-1", succeeded: true, at: .zero)
        #expect(started(at: 9) == [])
        #expect(outbox.start(at: .seconds(13))?.number == 3)
    }

    @Test("a restart replaces as well: its server may have been killed before it kept so")
    mutating func replacedByThen() {
        let waiting = [
            notice(.stale, at: 5), notice(.stale, 2, at: 5), notice(.recovered, at: 7),
            notice(.done, at: 7), notice(.recovered, 1, "after", at: 8),
            notice(.stale, 1, "set back", at: 1),
        ].map { WaitingTransition($0) }
        let dropped = outbox.resume(waiting, at: .zero, wallClock: 9)
        // What happened at the same time as the end, or after it, tells something of its own: also
        // where the clock was set back.
        #expect(dropped == [.init(notice: waiting[0].notice, ending: .replaced)])
        #expect(outbox.count == 5)
    }

    @Test("of what is too much the oldest is forgotten")
    mutating func limits() {
        for index in 0..<70 { _ = add(notice(.stale, 1, "\(index)")) }
        #expect(outbox.count == 64)
        #expect(started(at: 0) == ["6"])
    }

    @Test("what a trainer did is forgotten after what Pulse missed of it")
    mutating func limitsSpare() {
        for index in 0..<10 { _ = add(notice(.error, 1, "error \(index)")) }
        var dropped: [Outbox.Dropped] = []
        for index in 0..<60 {
            let notice = notice(index % 2 == 0 ? .sourceInvalid : .recovered, 1, "\(index)")
            dropped += outbox.add([notice], at: .zero)
        }
        #expect(dropped.map(\.notice.id) == (0..<6).map { "\($0)" })
        #expect(dropped.allSatisfy { $0.ending == .forgotten })
        for index in 10..<70 { _ = add(notice(.error, 1, "error \(index)")) }
        #expect(outbox.count == 64)
        #expect(started(at: 0) == ["error 6"])
    }

    @Test("without an archive few wait")
    mutating func limitUnkept() {
        outbox = Outbox(rules: .unkept)
        var dropped: [String] = []
        for index in 0..<20 { dropped += add(notice(.done, Int64(index), "\(index)")) }
        #expect(dropped == ["0", "1", "2", "3"])
        #expect(started(at: 0) == ["4"])
        #expect(outbox.end("4", succeeded: false, at: .zero) == .givenUp)
        #expect(started(at: 0) == ["5"])
    }
}
