internal import Glibc
internal import Simulator

/// `simulate [--seed N] [--steps N] [--rule NAME]`, or `simulate --table`.
@main
struct Simulate {
    private var seed = UInt64.random(in: 0..<1_000_000_000)
    private var steps = 1_000_000
    private var mutation = Mutation.none
    private var printsTable = false

    static func main() {
        let simulate = Simulate(CommandLine.arguments.dropFirst())
        if simulate.printsTable { printTable() } else { simulate.run() }
    }

    private init(_ arguments: some Collection<String>) {
        var rest = arguments.makeIterator()
        while let flag = rest.next() {
            if flag == "--table" {
                printsTable = true
                continue
            }
            guard let value = rest.next() else { Self.fail("\(flag) needs a value") }
            switch (flag, UInt64(value), Mutation.all.first { $0.name == value }) {
            case ("--seed", let number?, _): seed = number
            case ("--steps", let number?, _): steps = Int(clamping: number)
            case ("--rule", _, let rule?): mutation = rule
            case ("--rule", _, nil):
                Self.fail("--rule is one of \(Mutation.all.map(\.name).joined(separator: ", "))")
            default: Self.fail("usage: simulate [--seed N] [--steps N] [--rule NAME] | --table")
            }
        }
    }

    private func run() {
        let simulation = Simulation(seed: seed, mutation: mutation)
        let start = ContinuousClock.now
        let violation = simulation.run(until: steps)
        let rate = Int(Double(simulation.steps) / ((ContinuousClock.now - start) / .seconds(1)))
        print("seed \(seed), \(simulation.steps) steps, \(rate) a second")
        for line in simulation.tally.report { print(line) }
        guard let violation else { return print("no violation") }
        print("violation at step \(simulation.steps), seed \(seed)")
        print("invariant \(violation.invariant.rawValue): \(violation.invariant.text)")
        print(violation.detail)
        for line in simulation.description { print("  \(line)") }
        exit(1)
    }

    /// The table of `docs/HONEST-NUMBERS.md`.
    private static func printTable() {
        for line in Catch.head { print(line) }
        for mutation in Mutation.all {
            guard let found = Catch.first(mutation) else { fail("not caught: \(mutation.name)") }
            print(found.row)
        }
    }

    private static func fail(_ message: String) -> Never {
        print(message)
        exit(64)
    }
}
