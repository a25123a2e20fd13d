internal import Dispatch
internal import Glibc
internal import Pulse

/// Keeps the status file true while a command runs, and writes the final status.
///
/// It polls all that may have an update twice a second and writes once for all of it: often enough
/// to follow, and never in the trainer's way.
struct Reporter: Sendable {
    private let mailbox: Mailbox
    private let warn: @Sendable (String) -> Void
    private let statusFile: String
    private let writer: StatusFileWriter
    private var arbiter: Arbiter
    private var reader: StatusFileReader
    private var logs: FoundLogs
    /// Of stderr, and of stdout where it goes another way.
    private var outputs = [OutputLog(), OutputLog()]
    /// What we wrote last: anything else in the file is the trainer's status.
    private var written: PulseDocument?
    /// What could not be written yet.
    private var pending: StatusDraft?
    private var warning: String?
    /// Where the person at the terminal knows the progress to be read from.
    private var announced: String?
    private var keepAlive = KeepAlive()

    /// How often ``poll()`` is due.
    static let interval = DispatchTimeInterval.milliseconds(500)
    /// How often the final status is tried.
    private static let attempts = 5

    init(
        statusFile: String, logs: FoundLogs, arbiter: Arbiter, mailbox: Mailbox,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.arbiter = arbiter
        self.mailbox = mailbox
        self.warn = warn
        self.statusFile = statusFile
        writer = StatusFileWriter(path: statusFile)
        reader = StatusFileReader(path: statusFile)
        self.logs = logs
    }

    /// The newest valid state of the file.
    var last: TrainingStatus? { reader.lastGood }

    /// Writes that the command is about to run.
    mutating func begin() throws(PulseError) {
        try write(arbiter.start)
    }

    /// Reads all sources once, and writes the update.
    mutating func poll() {
        readTrainerStatus()
        let update = takeReports()
        pending = update ?? pending
        if keepAlive.isDue(after: update) { pending = arbiter.keepAlive }
        // The trainer may have written meanwhile: its status stands.
        if pending != nil { readTrainerStatus() }
        if arbiter.trainerWrites { pending = nil }
        flush()
        announce()
    }

    /// Writes the final status, unless the trainer has written one.
    ///
    /// - Parameter pause: waits a moment before another attempt.
    mutating func end(_ ending: Ending, pause: () -> Void) {
        _ = takeReports()
        _ = take(logs.end())
        readTrainerStatus()
        pending = arbiter.finalStatus(ending)
        flush()
        for _ in 1..<Self.attempts where pending != nil {
            pause()
            flush()
        }
        _ = reader.read()
    }

    /// Reads the status file for what isn't ours.
    private mutating func readTrainerStatus() {
        switch reader.read() {
        case .unchanged: break
        case .accepted:
            if let document = reader.lastDocument, document != written {
                arbiter.accept(.valid(document))
            }
        case .rejected(let error): if error.offset != nil { arbiter.accept(.invalid(error)) }
        }
    }

    /// The state after all new reports; nil when there are none, or none that count.
    private mutating func takeReports() -> StatusDraft? {
        var newest: StatusDraft?
        for report in mailbox.takeAll() {
            newest = arbiter.report(report, from: .callback) ?? newest
        }
        for report in outputReports() {
            newest = arbiter.report(report, from: .output) ?? newest
        }
        return take(logs.poll(command: mailbox.command)) ?? newest
    }

    /// What the ends of the command's output say that is new.
    private mutating func outputReports() -> [ProgressReport] {
        var reports: [ProgressReport] = []
        for (index, tail) in (mailbox.output?.newest() ?? []).enumerated() {
            guard let tail else { continue }
            for var report in outputs[index].reports(of: tail) {
                // Lines have no place among the steps of a bar that goes another way.
                if outputs[1 - index].hasBar, report.done == nil { report.epoch = nil }
                reports.append(report)
            }
        }
        return reports
    }

    /// Says, once for each, where the progress is read from.
    private mutating func announce() {
        let place =
            switch arbiter.believed {
            case nil: nil as String?
            case .trainer: "\(statusFile), which the command writes"
            case .reports(.callback): "the trainer's callbacks"
            case .reports(.output): "the command's output"
            case .reports(let source): logs.path(of: source)
            }
        guard let place, announced != place else { return }
        announced = place
        warn("reading the progress from \(place)")
    }

    /// Takes what the logs have told, and says to the person at the terminal what is to be said.
    private mutating func take(_ update: FoundLogs.Update) -> StatusDraft? {
        var newest: StatusDraft?
        for (report, source) in update.reports {
            newest = arbiter.report(report, from: source) ?? newest
        }
        for line in update.problems { warn(line) }
        return newest
    }

    /// Writes what is pending; on failure it stays so.
    private mutating func flush() {
        guard let draft = pending else { return }
        do {
            try write(draft)
            pending = nil
            warning = nil
        } catch {
            // One line for each new error, not one for each attempt.
            let message = "cannot write the status: \(error.description)"
            if warning != message { warn(message) }
            warning = message
        }
    }

    private mutating func write(_ draft: StatusDraft) throws(PulseError) {
        let document = try draft.document(at: Int64(time(nil)))
        // Before it is there: a poll in between must know it for ours.
        let before = written
        written = document
        do throws(PulseError) {
            try writer.write(document)
            arbiter.forgetMetrics()
        } catch {
            written = before
            throw error
        }
    }
}
