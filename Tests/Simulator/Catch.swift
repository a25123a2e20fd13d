/// Where a mutation is caught first, of several seeds: a row of the table in
/// `docs/HONEST-NUMBERS.md`.
package struct Catch: Sendable, Equatable {
    package let mutation: Mutation
    package let seed: UInt64
    package let step: Int

    package static func == (left: Catch, right: Catch) -> Bool { left.row == right.row }

    /// Seeds that are tried, and steps in each.
    private static let seeds: ClosedRange<UInt64> = 1...24
    private static let limit = 1_000_000

    /// Searches for the earliest one; nil when no seed catches it.
    package static func first(_ mutation: Mutation) -> Catch? {
        var best: Catch?
        for seed in seeds {
            let simulation = Simulation(seed: seed, mutation: mutation)
            let limit = best.map { $0.step - 1 } ?? limit
            if simulation.run(until: limit) != nil {
                best = Catch(mutation: mutation, seed: seed, step: simulation.steps)
            }
        }
        return best
    }

    /// The table's head.
    package static let head = ["| without the rule | seed | caught at step |", "|---|---|---|"]

    /// Its row.
    package var row: String { "| \(mutation.fault) | \(seed) | \(step) |" }

    /// Reads a row of the table.
    package init?(row: some StringProtocol) {
        let cells = row.split(separator: "|").map { cell in
            cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        }.map { String($0) }
        guard cells.count == 3, let seed = UInt64(cells[1]), let step = Int(cells[2]),
            let mutation = Mutation.all.first(where: { $0.fault == cells[0] })
        else { return nil }
        self.init(mutation: mutation, seed: seed, step: step)
    }

    init(mutation: Mutation, seed: UInt64, step: Int) {
        self.mutation = mutation
        self.seed = seed
        self.step = step
    }
}
