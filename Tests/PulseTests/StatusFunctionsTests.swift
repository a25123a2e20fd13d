import Glibc
import TestSupport
import Testing

@testable import Pulse

// Order 16.2-FINAL, block 2.2.
@Suite("The four status functions")
struct StatusFunctionsTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file()
    }

    private func status() throws -> TrainingStatus {
        try PulseDecoder.decode(try contents(of: path))
    }

    @Test("write a job's whole life, with the order's defaults")
    func life() throws {
        let start = Int64(time(nil))
        try writeIdleStatus(to: path)
        var seen = [try status()]
        try writeRunningStatus(to: path, epoch: 0, totalEpochs: 3, loss: 0, message: "starting")
        seen.append(try status())
        try writeRunningStatus(to: path, epoch: 2.5, totalEpochs: 3, loss: 0.42, message: "half")
        seen.append(try status())
        try writeDoneStatus(to: path, epoch: 3, totalEpochs: 3, loss: 0.17)
        seen.append(try status())
        #expect(seen.map(\.status) == [.idle, .running, .running, .done])
        #expect(seen.map(\.epoch) == [0, 0, 2.5, 3])
        #expect(
            seen.map(\.message) == [
                "Waiting to start...", "starting", "half", "Training completed",
            ])
        #expect(seen[2].progress == 83.33333333333333)
        #expect(seen.allSatisfy { (start...Int64(time(nil))).contains($0.timestamp) })
    }

    @Test("write a failure with its reason")
    func error() throws {
        try writeErrorStatus(to: path, epoch: 1, totalEpochs: 3, loss: 7, message: "out of memory")
        #expect(try status().status == .error)
        #expect(try status().message == "out of memory")
    }

    @Test(
        "refuse a loss that is not finite, say so, and leave the file as it was",
        arguments: [Double.nan, .infinity])
    func notFinite(_ loss: Double) throws {
        try writeIdleStatus(to: path)
        let error = #expect(throws: PulseError.self) {
            try writeRunningStatus(to: path, epoch: 1, totalEpochs: 3, loss: loss, message: "")
        }
        #expect(error?.reason == .notFinite)
        #expect(error?.field == .loss)
        #expect(error?.description.hasSuffix("which JSON does not have") == true)
        #expect(try status().status == .idle)
    }

    @Test("fail where they can't write")
    func noDirectory() {
        let error = #expect(throws: PulseError.self) {
            try writeIdleStatus(to: directory.file("no/status.json"))
        }
        #expect(error?.reason == .missing)
    }
}
