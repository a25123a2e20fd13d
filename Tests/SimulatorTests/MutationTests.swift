import Foundation
import Testing

@testable import Simulator

/// Each rule, reverted, is caught: the table of `docs/HONEST-NUMBERS.md` says where.
@Suite("Mutation")
struct MutationTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../docs/HONEST-NUMBERS.md").standardized

    /// The rows of the table; none where the page can't be read, which a test notices.
    private static let rows = ((try? String(contentsOf: page, encoding: .utf8)) ?? "")
        .split(separator: "\n").compactMap { Catch(row: $0) }

    @Test("has a row of the table for each rule")
    func isComplete() {
        #expect(Self.rows.map(\.mutation.name) == Mutation.all.map(\.name))
    }

    @Test("is caught at the step that the table says", arguments: rows)
    func isCaught(_ row: Catch) {
        let simulation = Simulation(seed: row.seed, mutation: row.mutation)
        #expect(simulation.run(until: row.step) != nil, "\(row.mutation.name) isn't caught")
        #expect(simulation.steps == row.step)
    }

    @Test("isn't what is found: the rules as they are hold on the same walks", arguments: rows)
    func isNeeded(_ row: Catch) {
        let simulation = Simulation(seed: row.seed)
        #expect(simulation.run(until: row.step) == nil)
    }
}

extension Catch: CustomTestStringConvertible {
    /// The rule's name: the whole value is a page long.
    public var testDescription: String { mutation.name }
}
