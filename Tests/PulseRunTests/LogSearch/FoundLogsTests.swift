import Foundation
import TestSupport
import Testing

@testable import PulseRun

@Suite("FoundLogs")
struct FoundLogsTests {
    private let directory: TemporaryDirectory
    private let line = #"{"current_steps": 2, "total_steps": 8, "epoch": 1.0, "loss": 0.5}"# + "\n"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func folder(_ name: String) throws -> String {
        let path = directory.file(name)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        return name
    }

    private func steps(_ news: FoundLogs.Update) -> [Double?] {
        news.reports.map(\.report.step)
    }

    @Test("finds logs by their names below a folder that appears late")
    func late() throws {
        var logs = FoundLogs(named: [directory.file("out/")], searches: false)
        var news = logs.poll(command: nil)
        #expect(news.reports.isEmpty)
        _ = try folder("out/run1")
        try directory.write(line, to: "out/run1/trainer_log.jsonl")
        for _ in 0..<4 {
            news = logs.poll(command: nil)
            if !news.reports.isEmpty { break }
        }
        #expect(steps(news) == [2])
        #expect(news.reports.first?.source == .named)
    }

    @Test("takes what a log got since the start, and nothing from before")
    func before() throws {
        try directory.write("epoch,loss\n1,0.9\n", to: "metrics.csv")
        var logs = FoundLogs(named: [directory.file("")], searches: false)
        try directory.write("epoch,loss\n1,0.9\n2,0.5\n", to: "metrics.csv")
        let news = logs.poll(command: nil)
        #expect(news.reports.map(\.report.loss) == [0.5])
    }

    @Test("goes over to a new run in a new folder, and leaves the old one")
    func newRun() throws {
        let one = try folder("version_0"), two = try folder("version_1")
        var logs = FoundLogs(named: [directory.file("")], searches: false)
        try directory.write("step,loss\n1,0.9\n", to: "\(one)/metrics.csv")
        var news = logs.end()
        #expect(steps(news) == [1])
        logs = FoundLogs(named: [directory.file("")], searches: false)
        try directory.write("step,loss\n1,0.9\n5,0.8\n", to: "\(one)/metrics.csv")
        news = logs.poll(command: nil)
        #expect(steps(news) == [5])
        try directory.write("step,loss\n1,0.7\n", to: "\(two)/metrics.csv")
        for _ in 0..<4 { news = logs.poll(command: nil) }
        #expect(steps(news) == [1])
        try directory.write("step,loss\n1,0.9\n5,0.8\n6,0.7\n", to: "\(one)/metrics.csv")
        news = logs.poll(command: nil)
        #expect(news.reports.isEmpty)
    }

    @Test("finds a table of any name that the command's process has open")
    func openFile() throws {
        var logs = FoundLogs(named: [], searches: false)
        let path = directory.file("training.log")
        try directory.write("", to: "training.log")
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: Data("epoch,loss\n0,0.5\n".utf8))
        let news = logs.poll(command: getpid())
        #expect(news.reports.contains { $0.source == .table && $0.report.epoch == 1 })
        try file.close()
    }

    @Test("says once what is wrong with a log")
    func problem() throws {
        var logs = FoundLogs(named: [directory.file("a.tfevents.1")], searches: false)
        try directory.write(String(repeating: "x", count: 100), to: "a.tfevents.1")
        var news = logs.poll(command: nil)
        #expect(news.problems.count == 1)
        news = logs.poll(command: nil)
        #expect(news.problems.isEmpty)
    }

    @Test("passes over the events of evaluations and what is no log")
    func names() {
        #expect(LogSearch.isLog("logs/train/events.out.tfevents.1.host"))
        #expect(!LogSearch.isLog("logs/validation/events.out.tfevents.1.host"))
        #expect(LogSearch.isLog("out/trainer_log.jsonl"))
        #expect(LogSearch.isLog("runs/detect/train/results.csv"))
        #expect(!LogSearch.isLog("data/train.csv"))
    }
}
