import TestSupport
import Foundation
import Pulse
import Synchronization
import Testing

@testable import PulseRun

@Suite("Reporter")
struct ReporterTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let log: String
    private let mailbox = Mailbox()
    private let half = ProgressReport(step: 24, totalSteps: 48, epoch: 1.5, loss: 0.5)
    private let done = Ending(cause: .ended(.exited(0)))
    private let failed = Ending(cause: .ended(.exited(1)), output: "ValueError: bad")

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("status.json")
        log = directory.file("trainer_log.jsonl")
    }

    private func reporter(version: Int = 1) -> Reporter {
        Reporter(
            statusFile: path, logs: FoundLogs(named: [log], searches: false),
            arbiter: Arbiter(program: "python", plannedEpochs: 3, version: version),
            mailbox: mailbox,
            warn: { _ in })
    }

    private func status() throws -> TrainingStatus {
        try PulseDecoder.decode(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private func document() throws -> PulseDocument {
        try PulseDecoder.decodeDocument(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    @Test("leads a silent command from running to done")
    func silent() throws {
        var reporter = reporter()
        try reporter.begin()
        #expect(try status().status == .running)
        #expect(try status().totalEpochs == 3)
        reporter.poll()
        #expect(try status().message == "Started python")
        reporter.end(done) {}
        #expect(try status().status == .done)
        #expect(try status().epoch == 3)
        #expect(try reporter.last == status())
    }

    @Test("writes over what an earlier run has left")
    func earlierRun() throws {
        try writeDoneStatus(to: path, epoch: 9, totalEpochs: 9, loss: 1)
        var reporter = reporter()
        try reporter.begin()
        reporter.poll()
        reporter.end(failed) {}
        #expect(try status().status == .error)
        #expect(try status().message == "exit code 1: ValueError: bad")
    }

    @Test("writes what callbacks report")
    func callbacks() throws {
        var reporter = reporter()
        try reporter.begin()
        mailbox.put(half)
        reporter.poll()
        #expect(try status().epoch == 1.5)
        #expect(try status().loss == 0.5)
        #expect(try status().message == "Training, step 24 of 48")
    }

    @Test("writes what the log says, and its torn last line at the end")
    func trainerLog() throws {
        var reporter = reporter()
        try reporter.begin()
        let first = #"{"current_steps": 16, "total_steps": 48, "loss": 0.75, "epoch": 1.0}"#
        let second = #"{"current_steps": 32, "total_steps": 48, "loss": 0.5, "epoch": 2.0}"#
        try directory.write(first + "\n" + second, to: "trainer_log.jsonl")
        reporter.poll()
        #expect(try status().epoch == 1)
        reporter.end(failed) {}
        #expect(try status().epoch == 2)
        #expect(try status().loss == 0.5)
    }

    @Test("takes what comes between the last poll and the end")
    func lastMoment() throws {
        var reporter = reporter()
        try reporter.begin()
        reporter.poll()
        mailbox.put(half)
        reporter.end(failed) {}
        #expect(try status().epoch == 1.5)
    }

    @Test("is silent where the trainer writes itself, and keeps its final status")
    func trainerStatus() throws {
        var reporter = reporter()
        try reporter.begin()
        try writeRunningStatus(to: path, epoch: 0.5, totalEpochs: 2, loss: 7, message: "own")
        reporter.poll()
        mailbox.put(half)
        reporter.poll()
        #expect(try status().message == "own")
        try writeErrorStatus(to: path, epoch: 0.6, totalEpochs: 2, loss: 8, message: "own error")
        reporter.end(failed) {}
        #expect(try status().message == "own error")
    }

    @Test("writes version 2, each metric into one document")
    func version2() throws {
        var reporter = reporter(version: 2)
        try reporter.begin()
        #expect(try document().details == .unknown)
        #expect(try document().loss == nil)
        var report = half
        report.details.take(metric: "eval_loss", 0.25)
        mailbox.put(report)
        reporter.poll()
        #expect(try document().details?.metrics.map(\.name) == ["eval_loss"])
        mailbox.put(ProgressReport(step: 25, totalSteps: 48, epoch: 1.5625))
        reporter.poll()
        #expect(try document().details?.metrics.isEmpty == true)
        #expect(try document().loss == 0.5)
        reporter.end(failed) {}
        #expect(try document().status == .error)
        #expect(try document().details?.stepsDone == 25)
    }

    @Test("knows what it wrote as version 2 for its own")
    func ownVersion2() throws {
        var reporter = reporter(version: 2)
        try reporter.begin()
        for step in 1...3 {
            mailbox.put(ProgressReport(step: Double(step), totalSteps: 48))
            reporter.poll()
            #expect(try document().details?.stepsDone == Int64(step))
        }
    }

    @Test("keeps the details of a trainer that wrote version 2 itself and was killed")
    func trainerVersion2() throws {
        var reporter = reporter()
        try reporter.begin()
        let details = try RunDetails(stepsDone: 10, metrics: [("acc", 0.5)], run: "r", attempt: 2)
        let running = try TrainingStatus(
            status: .running, epoch: 0.5, totalEpochs: 2, loss: 7, message: "own", timestamp: 1)
        try StatusFileWriter(path: path).write(
            PulseDocument(running, details: details, hasLoss: false))
        reporter.end(failed) {}
        #expect(try document().status == .error)
        #expect(try document().details == details)
        #expect(try document().loss == nil)
    }

    @Test("says done for a trainer that forgot to, with its own numbers")
    func forgotten() throws {
        var reporter = reporter()
        try reporter.begin()
        try writeRunningStatus(to: path, epoch: 1.9, totalEpochs: 2, loss: 7, message: "own")
        reporter.end(done) {}
        #expect(try status().status == .done)
        #expect(try status().totalEpochs == 2)
        #expect(try status().loss == 7)
    }

    @Test("keeps a silent command alive once a minute, with the numbers that it has reported")
    func keepAlive() throws {
        var reporter = reporter()
        try reporter.begin()
        for _ in 0..<119 { reporter.poll() }
        #expect(try status().message == "Started python")
        reporter.poll()
        #expect(try status().message == "python runs and has reported nothing yet")
        mailbox.put(half)
        reporter.poll()
        let reported = try status()
        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<120 { reporter.poll() }
        let kept = try status()
        #expect((kept.epoch, kept.loss) == (reported.epoch, reported.loss))
        #expect(kept.message == reported.message)
    }

    @Test("keeps no command alive whose trainer writes itself")
    func noKeepAlive() throws {
        var reporter = reporter()
        try reporter.begin()
        try writeRunningStatus(to: path, epoch: 0.5, totalEpochs: 2, loss: 7, message: "own")
        reporter.poll()
        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<240 { reporter.poll() }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("reports once what keeps it from writing, tries again, and loses nothing")
    func unwritable() throws {
        let home = directory.file("gone")
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: false)
        let path = home + "/status.json"
        let box = Warnings()
        var reporter = Reporter(
            statusFile: path, logs: FoundLogs(named: [], searches: false),
            arbiter: Arbiter(program: "python", plannedEpochs: 3),
            mailbox: mailbox,
            warn: box.add)
        try reporter.begin()
        try FileManager.default.removeItem(atPath: home)
        mailbox.put(half)
        reporter.poll()
        reporter.poll()
        #expect(
            box.all.filter { $0.hasPrefix("cannot write the status: ") }.count == 1)
        #expect(box.all.last == "reading the progress from the trainer's callbacks")
        #expect(box.all.count == 2)
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: false)
        reporter.poll()
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: home)
        var pauses = 0
        reporter.end(failed) {
            pauses += 1
            if pauses == 2 {
                try? FileManager.default.createDirectory(
                    atPath: home, withIntermediateDirectories: false)
            }
        }
        #expect(pauses == 2)
        #expect(reporter.last?.status == .error)
        #expect(reporter.last?.epoch == 1.5)
    }

    @Test("refuses to begin where nothing can be written")
    func beginning() {
        var reporter = Reporter(
            statusFile: directory.file("none/status.json"),
            logs: FoundLogs(named: [], searches: false),
            arbiter: Arbiter(program: "python", plannedEpochs: nil), mailbox: mailbox,
            warn: { _ in })
        do {
            try reporter.begin()
            Issue.record("there is no such directory")
        } catch {
            #expect(error.reason == .missing)
        }
    }
}

/// Lines that were shown.
private final class Warnings: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}
