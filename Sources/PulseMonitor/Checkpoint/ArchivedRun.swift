public import Pulse

/// What the archive knows of one run, its curve apart.
public struct ArchivedRun: Sendable, Equatable {
    /// The run.
    public let id: RunID
    /// Its newest attempt, from 1.
    public let attempt: Int
    /// The newest document that was accepted.
    public let document: PulseDocument
    /// How it ended; nil of one that hasn't, as far as was seen.
    public let ending: RunEnding?
    /// When it ended, by the server's clock: unix seconds.
    public let ended: Int64?
    /// When the newest document arrived, by the server's clock: unix seconds.
    public let updated: Int64
    /// The lowest loss of its curve; nil where there is none.
    public let bestLoss: Double?
    /// Where its documents came from: an absolute path, or the address of a key.
    public let address: String
    /// Whether it is the newest run of its source.
    public let isNewest: Bool
    /// Its number in the archive, which no other run ever has.
    package let row: Int64

    package init(
        id: RunID, attempt: Int, document: PulseDocument, ending: RunEnding?, ended: Int64?,
        updated: Int64, bestLoss: Double?, address: String, isNewest: Bool, row: Int64
    ) {
        self.id = id
        self.attempt = attempt
        self.document = document
        self.ending = ending
        self.ended = ended
        self.updated = updated
        self.bestLoss = bestLoss
        self.address = address
        self.isNewest = isNewest
        self.row = row
    }

    /// Its six fields.
    public var status: TrainingStatus { document.v1 }
}

/// Runs of an archive, as far as somebody may see them.
public struct ArchivedRuns: Sendable, Equatable {
    /// Newest start first.
    public let runs: [ArchivedRun]
    /// The ids of runs that turned out to be resumes, and what they are called now.
    public let aliases: [RunID: RunID]

    package init(_ runs: [ArchivedRun], aliases: [RunID: RunID]) {
        self.runs = runs
        self.aliases = aliases
    }
}

extension RunView {
    /// What is known of a run that is over: nobody reads its source any more.
    package init(_ run: ArchivedRun) {
        self.init(
            status: run.status, liveness: run.ending == nil ? .stale : .finished, etaSeconds: nil,
            source: .ok, sourceError: nil, run: run.id, attempt: run.attempt,
            hasLoss: run.document.hasLoss, details: run.document.details)
    }

    /// The same of a run that has been followed: another one, or none, has taken its place.
    package var ended: RunView {
        var view = self
        (view.liveness, view.etaSeconds) = (.finished, nil)
        (view.source, view.sourceError) = (.ok, nil)
        return view
    }
}
