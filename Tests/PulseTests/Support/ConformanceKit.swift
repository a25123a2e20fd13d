import Foundation
import Testing

@testable import Pulse

/// The documents of `docs/fixtures`, each with its verdict.
struct ConformanceKit: Decodable {
    struct Valid: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let what: String
        let canonical: String
        var testDescription: String { file }
    }

    struct Invalid: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let what: String
        let reason: String
        let field: String?
        let offset: Int
        /// What who knows both versions says of a document that names its version.
        let version2: Verdict?
        var testDescription: String { file }
    }

    struct Verdict: Decodable, Sendable, Equatable {
        let reason: String
        let field: String?
        let offset: Int
    }

    let valid: [Valid]
    let invalid: [Invalid]

    static let directory = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../../docs/fixtures").standardized.path

    /// The documents of version 1, with the verdict of who knows no other.
    static func load() throws -> ConformanceKit { try load("index.json") }

    /// The documents of both versions, with the verdict of who knows both.
    static func loadBoth() throws -> ConformanceKit {
        let (first, second) = (try load("index.json"), try load("v2/index.json"))
        return ConformanceKit(
            valid: first.valid + second.valid.map { $0.below("v2") },
            invalid: first.invalid + second.invalid.map { $0.below("v2") })
    }

    /// The documents of version 2.
    static func loadVersion2() throws -> ConformanceKit { try load("v2/index.json") }

    private static func load(_ name: String) throws -> ConformanceKit {
        let index = URL(fileURLWithPath: directory + "/" + name)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ConformanceKit.self, from: Data(contentsOf: index))
    }

    static func bytes(of file: String) throws -> [UInt8] {
        try contents(of: directory + "/" + file)
    }
}

extension ConformanceKit.Valid {
    fileprivate func below(_ folder: String) -> Self {
        Self(file: "\(folder)/\(file)", what: what, canonical: canonical)
    }
}

extension ConformanceKit.Invalid {
    fileprivate func below(_ folder: String) -> Self {
        Self(
            file: "\(folder)/\(file)", what: what, reason: reason, field: field, offset: offset,
            version2: version2)
    }

    /// The verdict of who knows both versions.
    var verdict: ConformanceKit.Verdict {
        version2 ?? ConformanceKit.Verdict(reason: reason, field: field, offset: offset)
    }
}
