import Foundation
import Testing

@testable import Pulse

@Suite("The conformance kit")
struct ConformanceKitTests {
    /// The kit of each version, and the folder that it is in.
    private static let kits = [
        (ConformanceKit.load, ""), (ConformanceKit.loadVersion2, "v2/"),
    ]

    @Test("has one entry for each document, and one document for each entry", arguments: [0, 1])
    func isComplete(number: Int) throws {
        let (load, place) = Self.kits[number]
        let kit = try load()
        let entries = kit.valid.map(\.file) + kit.invalid.map(\.file)
        let files = try ["valid", "invalid"].flatMap { folder in
            try FileManager.default
                .contentsOfDirectory(atPath: ConformanceKit.directory + "/" + place + folder)
                .map { "\(folder)/\($0)" }
        }
        #expect(entries.sorted() == files.sorted())
        #expect(Set(entries).count == entries.count)
        #expect(kit.valid.count >= [20, 40][number])
        #expect(kit.invalid.count >= 150)
    }

    @Test("has each document once", arguments: [0, 1])
    func hasNoTwins(number: Int) throws {
        let (load, place) = Self.kits[number]
        let kit = try load()
        let documents = try (kit.valid.map(\.file) + kit.invalid.map(\.file))
            .map { try ConformanceKit.bytes(of: place + $0) }
        #expect(Set(documents).count == documents.count)
    }

    @Test("names reasons and fields that there are, and every reason that a document can have")
    func namesReasons() throws {
        let ofFiles: Set<PulseError.Reason> = [
            .missing, .notRegular, .permissionDenied, .changing, .ioError,
        ]
        let ofVersion2: Set<PulseError.Reason> = [
            .unsupportedVersion, .tooLong, .zero, .tooManyMetrics, .invalidName, .duplicateName,
        ]
        let ofDocuments = Set(PulseError.Reason.allCases).subtracting(ofFiles)
        let version1 = try ConformanceKit.load().invalid
        let version2 = try ConformanceKit.loadVersion2().invalid
        #expect(
            Set(version1.map(\.reason))
                == Set(ofDocuments.subtracting(ofVersion2).map(\.rawValue)))
        #expect(Set((version1 + version2).map(\.reason)) == Set(ofDocuments.map(\.rawValue)))
        #expect(Set(version2.map(\.reason)).isSuperset(of: ofVersion2.map(\.rawValue)))
        #expect((version1 + version2).allSatisfy { $0.file.hasPrefix("invalid/\($0.reason)-") })
        let six = Set(
            ["status", "epoch", "total_epochs", "loss", "message", "timestamp"])
        #expect(Set(version1.compactMap(\.field)) == six)
        let all = Set(PulseError.Field.allCases.map(\.rawValue))
        #expect(Set(version2.compactMap(\.field)) == all)
    }
}
