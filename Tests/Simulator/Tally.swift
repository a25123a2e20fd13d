package import PulseMonitor

/// How often each thing happened.
package struct Tally: Sendable {
    package internal(set) var writes = 0
    package internal(set) var late = 0
    /// Documents of attempts that should have been gone.
    package internal(set) var ghosts = 0
    package internal(set) var keepAlives = 0
    package internal(set) var kills = 0
    package internal(set) var errors = 0
    package internal(set) var done = 0
    package internal(set) var disturbances = [Int](repeating: 0, count: Disturbance.allCases.count)
    package internal(set) var runs = 0
    package internal(set) var resumed = 0
    package internal(set) var extended = 0
    package internal(set) var transitions: [RunTransition: Int] = [:]
    /// Resumes that were seen, and how many of them became a run of their own, for each kind: of
    /// trainers that write PULSE v1.
    package internal(set) var resumes = [Int](repeating: 0, count: TrainerKind.allCases.count)
    package internal(set) var splits = [Int](repeating: 0, count: TrainerKind.allCases.count)
    /// The same of those that write PULSE v2, for each dialect.
    package internal(set) var dialectResumes = [Int](repeating: 0, count: Dialect.allCases.count)
    package internal(set) var dialectSplits = [Int](repeating: 0, count: Dialect.allCases.count)
    package internal(set) var inherent = [Int](repeating: 0, count: Inherent.allCases.count)

    mutating func count(_ disturbance: Disturbance) {
        disturbances[disturbance.rawValue] += 1
    }

    mutating func count(_ start: Trainer.Start) {
        switch start {
        case .run: runs += 1
        case .resume: resumed += 1
        case .extend: extended += 1
        }
    }

    mutating func count(_ told: [RunTransition]) {
        for transition in told { transitions[transition, default: 0] += 1 }
    }

    mutating func count(_ counts: IdentityCounts, of kind: TrainerKind) {
        resumes[kind.rawValue] += counts[.version1].seen
        splits[kind.rawValue] += counts[.version1].splits
        count(counts, of: .untold)
        count(counts, of: .told)
        for inherent in counts.inherent { self.inherent[inherent.rawValue] += 1 }
    }

    private mutating func count(_ counts: IdentityCounts, of dialect: Dialect) {
        dialectResumes[dialect.rawValue] += counts[dialect].seen
        dialectSplits[dialect.rawValue] += counts[dialect].splits
    }
}

extension Tally {
    static func += (left: inout Tally, right: Tally) {
        left.writes += right.writes
        left.late += right.late
        left.ghosts += right.ghosts
        left.keepAlives += right.keepAlives
        left.kills += right.kills
        left.errors += right.errors
        left.done += right.done
        left.runs += right.runs
        left.resumed += right.resumed
        left.extended += right.extended
        left.transitions.merge(right.transitions, uniquingKeysWith: +)
        for (path) in [
            \Tally.disturbances, \.resumes, \.splits, \.dialectResumes, \.dialectSplits, \.inherent,
        ] {
            for index in left[keyPath: path].indices {
                left[keyPath: path][index] += right[keyPath: path][index]
            }
        }
    }
}
