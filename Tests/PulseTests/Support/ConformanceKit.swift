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
        var testDescription: String { file }
    }

    let valid: [Valid]
    let invalid: [Invalid]

    static let directory = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../../docs/fixtures").standardized.path

    static func load() throws -> ConformanceKit {
        let index = URL(fileURLWithPath: directory + "/index.json")
        return try JSONDecoder().decode(ConformanceKit.self, from: Data(contentsOf: index))
    }

    static func bytes(of file: String) throws -> [UInt8] {
        try contents(of: directory + "/" + file)
    }
}
