import Foundation
import Testing

@testable import PulseRun

@Suite("StartedProcesses", .timeLimit(.minutes(1)))
struct StartedProcessesTests {
    @Test(
        "reads what /proc tells of a process",
        arguments: [
            ("7 (sleep) S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 812 0", true),
            ("7 (a) S (b)) R 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 812 0", true),
            ("7 (sleep) Z 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 812 0", false),
            ("7 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 812 0", false),
        ])
    func stat(text: String, isProgram: Bool) throws {
        let process = try #require(StartedProcesses.Process(stat: text))
        #expect(process.isProgram == isProgram)
        #expect(process.start == 812)
    }

    @Test("takes nothing else for a process", arguments: ["", "7 (sleep", "7 (sleep) S 1 7"])
    func noStat(text: String) {
        #expect(StartedProcesses.Process(stat: text) == nil)
    }

    /// A program that runs until the end of its input.
    private func start(_ environment: [String: String]) throws -> (Process, end: () -> Void) {
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: "/bin/cat")
        process.standardInput = input
        process.environment = environment
        try process.run()
        return (
            process,
            {
                try? input.fileHandleForWriting.close()
                process.waitUntilExit()
            }
        )
    }

    @Test("finds a process by what it inherited, and not after its end")
    func marked() throws {
        let mark = UUID().uuidString
        let (process, end) = try start(["MARK": mark, "OTHER": "1"])
        defer { end() }
        let found = try #require(
            StartedProcesses(
                of: process.processIdentifier, markedBy: ["MARK"],
                in: Environment(["MARK=\(mark)"])))
        #expect(found.stillRun {})
        let isOver = found.stillRun { end() }
        #expect(isOver == false)
    }

    @Test("waits for one whose environment isn't there yet, and leaves out one that has none")
    func unknown() throws {
        let (process, end) = try start([:])
        defer { end() }
        let found = try #require(
            StartedProcesses(
                of: process.processIdentifier, markedBy: ["MARK"], in: Environment(["MARK=1"])))
        var pauses = 0
        let isFound = found.stillRun { pauses += 1 }
        #expect(isFound == false)
        #expect(pauses > 0)
    }
}
