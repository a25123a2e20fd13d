import PulseMonitor
import TestSupport
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("WatchScreen")
struct WatchScreenTests {
    private func lines(
        _ updates: [WatchUpdate], at now: Moment = .after(3), columns: Int = 60, rows: Int = 24,
        isUnicode: Bool = true, isWaitingForEnd: Bool = false
    ) -> [String] {
        let state = WatchState([.opened(serverTime: nil)] + updates)
        return WatchScreen(columns: columns, rows: rows, isUnicode: isUnicode)
            .lines(WatchText(state, at: now, isWaitingForEnd: isWaitingForEnd)).map(\.text)
    }

    @Test("shows a running job: word, percent, bar, epoch, ETA, age, loss, message")
    func running() throws {
        let status = try TrainingStatus.sample(epoch: 1.3, of: 3, loss: 0.4213)
        #expect(
            lines([.reading(.sample(status))]) == [
                "running      43.3 %  █████████▉░░░░░░░░░░░░░  epoch 1.3 of 3",
                "live · ETA 12 min 27 s · updated 3 s ago",
                "loss 0.4213     ",
                "m",
            ])
    }

    @Test(
        "counts the time left from the update that it is of, whenever one begins to watch",
        arguments: [
            (3, "12 min 27 s"), (749, "1 s"), (750, "under 1 s"), (751, "not known any more"),
        ])
    func timeLeft(seconds: Int64, left: String) throws {
        let shown = lines([.reading(.sample(try .sample()))], at: .after(seconds))
        #expect(shown[1].hasPrefix("live · ETA \(left) · updated "))
    }

    @Test("shows what PULSE v2 tells, each part on one line, and nothing for what isn't known")
    func details() throws {
        let full = RunReading.sample(try .sample(), details: try .sample())
        #expect(
            lines([.reading(full)])[3...] == [
                "step 310 of 372 · lr 1.2e-5 · GPU memory 20 GiB", "m",
            ])
        #expect(
            lines([.reading(full)], columns: 34, isUnicode: false)[4...] == [
                "step 310 of 372 | lr 1.2e-5 |", "GPU memory 20 GiB", "m",
            ])
        let some = RunReading.sample(try .sample(), details: try RunDetails(stepsDone: 0))
        #expect(lines([.reading(some)])[3...] == ["step 0", "m"])
        let none = RunReading.sample(try .sample(), details: .unknown)
        #expect(lines([.reading(none)])[3...] == ["m"])
        // How many were planned says nothing without how many are done.
        let planned = RunReading.sample(try .sample(), details: try .sample(stepsDone: nil))
        #expect(lines([.reading(planned)])[3] == "lr 1.2e-5 · GPU memory 20 GiB")
    }

    @Test("shows the curve beside the loss")
    func curve() throws {
        let points = [3.0, 2.0, 1.0, 0.0].map {
            CurvePoint(timestamp: 1, epoch: 1 - $0 / 9, loss: $0)
        }
        let status = try TrainingStatus.sample(loss: 0)
        #expect(
            lines([.curve(points), .reading(.sample(status))])[2] == "loss 0          █▆▃▁")
    }

    @Test("says what isn't known instead of showing a number")
    func unknown() throws {
        let status = try TrainingStatus.sample(epoch: 12.5, of: 0)
        #expect(
            lines([.reading(.sample(status, eta: nil))]).prefix(2) == [
                "running      epoch 12.5, total not known",
                "live · ETA not known yet · updated 3 s ago",
            ])
    }

    @Test("names the error in words")
    func errors() throws {
        let reading = RunReading.sample(try .sample(), .stale, eta: nil)
        #expect(
            lines([.reading(reading)], at: .after(400))[1...2] == [
                "nothing new for too long, the job may be dead ·", "updated 6 min 40 s ago",
            ])
        #expect(
            lines([.reading(reading)], at: .after(400), columns: 99, isWaitingForEnd: true)[1]
                == "nothing new for too long, the job may be dead, still waiting · updated 6 min 40 s ago"
        )
        var broken = RunReading.sample(try .sample(), source: .invalid)
        broken.sourceError = "loss is NaN, which JSON does not have (byte 65)"
        let shown = lines([.reading(broken)], columns: 100)
        #expect(shown[0].hasPrefix("invalid "))
        #expect(
            shown[1].hasPrefix(
                "loss is NaN, which JSON does not have (byte 65); shown is the last good state"))
        #expect(lines([.nothing("loss is NaN")]) == ["no status  ", "loss is NaN"])
    }

    @Test("says since when a server is unreachable, when it is tried again, what was known")
    func unreachable() throws {
        let updates: [WatchUpdate] = [
            .reading(.sample(try .sample(epoch: 1.3, of: 3), source: .invalid, error: "x")),
            .lost("connection refused", retryAfter: .seconds(8)),
        ]
        #expect(
            lines(updates, columns: 100).prefix(3) == [
                "unreachable  43.3 %  █████████████████████▋░░░░░░░░░░░░░░░░░░░░░░░░░░░░  epoch 1.3 of 3",
                "since <1000>: connection refused · for 3 s, next try in 5 s · updated 3 s ago",
                "last known: running, live, source invalid",
            ])
        #expect(lines(updates, at: .after(9), columns: 100)[1].contains("for 9 s, trying again"))
    }

    @Test("waits without a time that nobody wrote")
    func waiting() throws {
        let idle = try TrainingStatus.sample(.idle, epoch: 0, of: 0, loss: 0, message: "Waiting...")
        #expect(
            lines([.reading(.sample(idle, .waiting, eta: nil, source: .missing))]) == [
                "waiting    ", "for the file to appear", "Waiting...",
            ])
        #expect(
            lines([.reading(.sample(idle, .waiting, eta: nil))])[1]
                == "for the job to start · updated 3 s ago")
    }

    @Test("fits every size", arguments: [1, 2, 3, 10, 20, 39, 40, 41, 79, 80, 500])
    func sizes(_ columns: Int) throws {
        let message = String(repeating: "漢字 and emoji 👨‍👩‍👧 ", count: 30)
        let points = (0..<300).map { CurvePoint(timestamp: 1, epoch: Double($0) / 300, loss: 1) }
        for rows in [1, 2, 5, 24] {
            for isUnicode in [true, false] {
                let state = WatchState([
                    .opened(serverTime: nil), .curve(points),
                    .reading(.sample(try .sample(message: message))),
                    .lost("connection refused", retryAfter: .seconds(8)),
                ])
                let lines = WatchScreen(columns: columns, rows: rows, isUnicode: isUnicode)
                    .lines(WatchText(state))
                #expect(lines.count <= rows)
                #expect(lines.allSatisfy { $0.width <= columns })
            }
        }
    }

    @Test("breaks a long message at spaces, and cuts what doesn't fit three lines")
    func wrapping() throws {
        let status = try TrainingStatus.sample(message: "one two three four five six seven eight")
        #expect(
            lines([.reading(.sample(status))], columns: 12).suffix(3)
                == ["one two", "three four", "five six se…"])
        let long = try TrainingStatus.sample(message: String(repeating: "x", count: 100))
        #expect(
            lines([.reading(.sample(long))], columns: 12).suffix(3)
                == ["xxxxxxxxxxxx", "xxxxxxxxxxxx", "xxxxxxxxxxx…"])
    }

    @Test("lets nothing of a message reach the terminal but text")
    func hostile() throws {
        let message = "a\u{1B}[2J\u{9B}31m\u{7}\u{202E}b\u{2066}\r\nc\td\u{2028}e\0"
        let status = try TrainingStatus.sample(message: message)
        #expect(
            lines([.reading(.sample(status))], columns: 99).last
                == "a\\u001b[2J\\u009b31m\\u0007\\u202eb\\u2066 c d e\\u0000")
    }

    @Test("writes ASCII where nothing else can be shown")
    func ascii() throws {
        let status = try TrainingStatus.sample(
            epoch: 1.3, of: 3, loss: 0.4213, message: "Größe 漢")
        let shown = lines([.reading(.sample(status))], isUnicode: false)
        #expect(
            shown == [
                "running      43.3 %  #########--------------  epoch 1.3 of 3",
                "live | ETA 12 min 27 s | updated 3 s ago",
                "loss 0.4213     ",
                "Gr\\u00f6\\u00dfe \\u6f22",
            ])
    }

    @Test("shows a dash for a loss that nobody measured", arguments: [true, false])
    func unmeasured(isUnicode: Bool) throws {
        let shown = lines([.reading(.sample(try .sample(loss: 0)))], isUnicode: isUnicode)
        #expect(shown.contains { $0.hasPrefix(isUnicode ? "loss – " : "loss - ") })
    }

    @Test("uses colours as a second sign only")
    func color() throws {
        let state = WatchState([.opened(serverTime: nil), .reading(.sample(try .sample(.error)))])
        let line = try #require(
            WatchScreen(columns: 60, rows: 9, isUnicode: true).lines(WatchText(state)).first)
        #expect(line.rendered(inColor: true).hasPrefix("\u{1B}[1;31merror      \u{1B}[0m"))
        #expect(!line.rendered(inColor: false).contains("\u{1B}"))
        #expect(line.rendered(inColor: false).hasPrefix("error "))
    }
}
