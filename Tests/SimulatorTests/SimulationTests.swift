import Testing

@testable import Simulator

@Suite("Simulation")
struct SimulationTests {
    @Test("holds every invariant", arguments: 1...8 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) {
        let simulation = Simulation(seed: seed)
        let violation = simulation.run(until: 50_000)
        #expect(violation == nil, "seed \(seed), step \(simulation.steps)")
    }

    @Test("walks the same way for the same seed")
    func seeds() {
        let reports = ([7, 7, 8] as [UInt64]).map { seed in
            let simulation = Simulation(seed: seed)
            _ = simulation.run(until: 20_000)
            return simulation.tally.report
        }
        #expect(reports[0] == reports[1])
        #expect(reports[0] != reports[2])
    }

    @Test("takes each run and attempt that says which one it is for that")
    func told() {
        let simulation = Simulation(seed: 12)
        #expect(simulation.run(until: 10_000) == nil)
        #expect(simulation.tally.dialectResumes[Dialect.told.rawValue] > 0)
        #expect(simulation.tally.dialectSplits[Dialect.told.rawValue] == 0)
    }
}
