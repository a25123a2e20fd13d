internal import TestSupport

/// Worlds, one after the other, each of its own seed: so that every kind of trainer, file system and
/// option comes about.
package final class Simulation {
    /// What the walk was begun with.
    package let seed: UInt64
    /// How many things have happened.
    package private(set) var steps = 0
    private let mutation: Mutation
    private var seeds: SeededGenerator
    private var world: World
    private var end: Int
    private var finished = Tally()

    /// Steps in one world.
    private static let stepsPerWorld = 5_000

    /// - Parameters:
    ///   - seed: the same walk for the same seed.
    ///   - mutation: which rule is reverted.
    package init(seed: UInt64, mutation: Mutation = .none) {
        self.seed = seed
        self.mutation = mutation
        seeds = SeededGenerator(seed: seed)
        world = World(seed: seeds.next(), mutation: mutation)
        end = Self.stepsPerWorld
    }

    /// Lets things happen until something is wrong.
    ///
    /// - Parameter limit: steps at most, since the beginning.
    /// - Returns: what is wrong; nil when nothing is.
    package func run(until limit: Int) -> Violation? {
        while steps < limit {
            if steps == end { nextWorld() }
            steps += 1
            if let violation = world.step() { return violation }
        }
        return nil
    }

    private func nextWorld() {
        finished = tally
        world = World(seed: seeds.next(), mutation: mutation)
        end += Self.stepsPerWorld
    }

    /// How often each thing happened.
    package var tally: Tally {
        var tally = finished
        tally += world.tally
        return tally
    }

    /// The world as it is, and what happened in it last.
    package var description: [String] { ["\(world.settings)"] + world.trace.lines }
}
