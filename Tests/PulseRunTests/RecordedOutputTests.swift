import Foundation
import Testing

@testable import PulseRun

/// What launchers, libraries and shells wrote when something failed under them, and what a person
/// picks out of it: `Outputs/README.md`.
@Suite("Recorded outputs")
struct RecordedOutputTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Outputs")

    private static func reasons() throws -> [String: String] {
        let index = try Data(contentsOf: directory.appending(path: "index.json"))
        return try JSONDecoder().decode([String: String].self, from: index)
    }

    @Test("each gives the reason that a person would pick out")
    func reasons() throws {
        let reasons = try Self.reasons()
        #expect(reasons.count >= 40)
        for (name, reason) in reasons.sorted(by: { $0.key < $1.key }) {
            let output = try Data(contentsOf: Self.directory.appending(path: "\(name).txt"))
            #expect(ErrorReason.find(in: Array(output))?.text ?? "" == reason, "\(name)")
        }
    }

    @Test("every output is in the index")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path())
        let names = files.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }
        #expect(Set(names) == Set(try Self.reasons().keys))
    }
}
