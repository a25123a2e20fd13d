import Foundation
import Testing

@testable import Pulse

@Suite("The conformance kit")
struct ConformanceKitTests {
    @Test("has one entry for each document, and one document for each entry")
    func isComplete() throws {
        let kit = try ConformanceKit.load()
        let entries = kit.valid.map(\.file) + kit.invalid.map(\.file)
        let files = try ["valid", "invalid"].flatMap { folder in
            try FileManager.default
                .contentsOfDirectory(atPath: ConformanceKit.directory + "/" + folder)
                .map { "\(folder)/\($0)" }
        }
        #expect(entries.sorted() == files.sorted())
        #expect(Set(entries).count == entries.count)
        #expect(kit.valid.count >= 20)
        #expect(kit.invalid.count >= 150)
    }

    @Test("has each document once")
    func hasNoTwins() throws {
        let kit = try ConformanceKit.load()
        let documents = try (kit.valid.map(\.file) + kit.invalid.map(\.file))
            .map(ConformanceKit.bytes(of:))
        #expect(Set(documents).count == documents.count)
    }

    @Test("names reasons and fields that there are, and every reason that a document can have")
    func namesReasons() throws {
        let kit = try ConformanceKit.load()
        let ofFiles: Set<PulseError.Reason> = [
            .missing, .notRegular, .permissionDenied, .changing, .ioError,
        ]
        let ofDocuments = Set(PulseError.Reason.allCases).subtracting(ofFiles)
        #expect(Set(kit.invalid.map(\.reason)) == Set(ofDocuments.map(\.rawValue)))
        #expect(kit.invalid.allSatisfy { $0.file.hasPrefix("invalid/\($0.reason)-") })
        let fields = Set(kit.invalid.compactMap(\.field))
        #expect(fields == Set(PulseError.Field.allCases.map(\.rawValue)))
    }
}
