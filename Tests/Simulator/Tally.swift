package import PulseMonitor

/// How often each thing happened.
package struct Tally: Sendable {
    package internal(set) var writes = 0
    package internal(set) var late = 0
    package internal(set) var keepAlives = 0
    package internal(set) var kills = 0
    package internal(set) var errors = 0
    package internal(set) var done = 0
    package internal(set) var disturbances = [Int](repeating: 0, count: Disturbance.allCases.count)
    package internal(set) var runs = 0
    package internal(set) var resumed = 0
    package internal(set) var extended = 0
    package internal(set) var transitions: [RunTransition: Int] = [:]
    /// Resumes that were seen, and how many of them became a run of their own, for each kind.
    package internal(set) var resumes = [Int](repeating: 0, count: TrainerKind.allCases.count)
    package internal(set) var splits = [Int](repeating: 0, count: TrainerKind.allCases.count)
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

    mutating func count(_ counts: IdentityOracle.Counts, of kind: TrainerKind) {
        resumes[kind.rawValue] += counts.resumes
        splits[kind.rawValue] += counts.splits
        for inherent in counts.inherent { self.inherent[inherent.rawValue] += 1 }
    }
}

extension Tally {
    static func += (left: inout Tally, right: Tally) {
        left.writes += right.writes
        left.late += right.late
        left.keepAlives += right.keepAlives
        left.kills += right.kills
        left.errors += right.errors
        left.done += right.done
        left.runs += right.runs
        left.resumed += right.resumed
        left.extended += right.extended
        left.transitions.merge(right.transitions, uniquingKeysWith: +)
        for (path) in [\Tally.disturbances, \.resumes, \.splits, \.inherent] {
            for index in left[keyPath: path].indices {
                left[keyPath: path][index] += right[keyPath: path][index]
            }
        }
    }
}
