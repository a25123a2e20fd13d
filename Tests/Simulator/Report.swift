internal import PulseMonitor

/// What a simulation has seen, for whoever runs it.
extension Tally {
    /// One line for each kind of thing.
    package var report: [String] {
        let disturbed = Disturbance.allCases.map { "\(disturbances[$0.rawValue]) \($0)" }
        let told = RunTransition.allCases.map { "\(transitions[$0] ?? 0) \($0.rawValue)" }
        return [
            "trainers: \(runs) runs, \(resumed) resumes, \(extended) extensions;"
                + " \(done) done, \(errors) errors, \(kills) killed",
            "writers: \(writes) steps, \(late) late lines, \(keepAlives) keep-alives,"
                + " \(ghosts) documents of attempts that were gone",
            "operators: " + disturbed.joined(separator: ", "),
            "servers: \(disturbances[Disturbance.killServer.rawValue]) restarts",
            "told: " + told.joined(separator: ", "),
            "resumes that became a run of their own, by kind of trainer:",
        ]
            + TrainerKind.allCases.map { kind in
                "  \(kind.description): \(splits[kind.rawValue]) of \(resumes[kind.rawValue])"
            }
            + dialects
            + ["what PULSE v1 can't show:"]
            + Inherent.allCases.map { "  \($0.text): \(inherent[$0.rawValue])" }
    }

    /// The resumes of trainers that write PULSE v2.
    private var dialects: [String] {
        Dialect.allCases.compactMap { dialect in
            dialect.description.map { text in
                "  \(text): \(dialectSplits[dialect.rawValue]) of"
                    + " \(dialectResumes[dialect.rawValue])"
            }
        }
    }
}
