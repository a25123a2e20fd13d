internal import Dispatch
internal import Glibc
package import Pulse

/// What a run is to do.
package struct RunConfiguration: Sendable {
    /// The program and its arguments; not empty.
    package var command: [String]
    /// Where the status is to be written.
    package var place: StatusPlace
    /// The epochs that the user plans with; nil when they gave none.
    package var totalEpochs: Double?
    /// The steps that the user plans with; nil when they gave none.
    package var totalSteps: Double?
    /// The version of PULSE that is written, 1 or 2, and told to the command; nil when the user chose
    /// none.
    package var version: Int?
    /// The logs, or the folders with logs, that the user named.
    package var trainerLogs: [String] = []
    /// Whether logs are looked for.
    package var findsLogs = true
    /// Whether callbacks may report over HTTP.
    package var takesUpdates = true
    /// Whether the command's output may pass through us, so that it tells the progress, and the reason
    /// of an error.
    package var capturesOutput = true

    /// Makes a configuration with the defaults.
    package init(command: [String], place: StatusPlace) {
        self.command = command
        self.place = place
    }
}

/// One command, run as if we weren't there, with a status file that tells the truth about it.
package struct TrainingRun: Sendable {
    private let configuration: RunConfiguration
    private let signals: SignalQueue
    private let warn: @Sendable (String) -> Void
    private let taken: TakenStatusFile

    /// Takes over the process's signals, and the status file.
    ///
    /// To be made on the main thread before any other thread is, and run there.
    ///
    /// - Parameter warn: shows a line to the person at the terminal.
    /// - Throws: ``StatusFileInUse`` when another `pulse run` has the status file.
    package init(
        _ configuration: RunConfiguration, warn: @escaping @Sendable (String) -> Void
    ) throws(StatusFileInUse) {
        StandardDescriptors.fill(isInherited: false)
        self.configuration = configuration
        self.warn = warn
        signals = SignalQueue()
        taken = try TakenStatusFile(
            configuration.place, command: configuration.command, in: Self.workingDirectory, .own)
    }

    /// The status file's path.
    package var statusFile: String { taken.path }

    /// Gives the status file free for another `pulse run`.
    package func release() {
        taken.lock?.release()
    }

    /// How a run ended.
    package struct Outcome: Sendable {
        /// The exit code to pass on.
        package let exitCode: Int32
        /// What the status file holds; nil when it can't be read.
        package let status: TrainingStatus?
        /// Whether somebody asked it to end, by Ctrl-C or a signal.
        package let wasStopped: Bool
    }

    /// Runs the command to its end.
    ///
    /// Signals stay ours to the end of the process: a second Ctrl-C must not come between the
    /// command and its final status.
    ///
    /// - Throws: ``PulseError`` when the first status can't be written; nothing was started then.
    package func run() throws(PulseError) -> Outcome {
        defer { release() }
        let mailbox = Mailbox()
        let program = SplitPath(configuration.command[0]).name
        var reporter = Reporter(
            statusFile: statusFile,
            logs: FoundLogs(
                named: configuration.trainerLogs, searches: configuration.findsLogs),
            arbiter: Arbiter(
                program: program.isEmpty ? configuration.command[0] : program,
                plannedEpochs: configuration.totalEpochs,
                plannedSteps: configuration.totalSteps, version: configuration.version ?? 1),
            mailbox: mailbox, warn: warn)
        try reporter.begin()
        let ended = DispatchSemaphore(value: 0)
        let watch = Worker("pulse.reporter") { [reporter] in
            var reporter = reporter
            while ended.wait(timeout: .now() + Reporter.interval) == .timedOut { reporter.poll() }
            return reporter
        }
        let ending = superviseWithUpdates(mailbox)
        ended.signal()
        reporter = watch.result()
        reporter.end(ending) { sleep(1) }
        if case .notStarted(let failure) = ending.cause { warn(failure.description) }
        return Outcome(
            exitCode: ending.exitCode, status: reporter.last, wasStopped: ending.wasStopped)
    }

    /// Waits for Ctrl-C or a request to end.
    package func waitForStop() {
        while ![SIGINT, SIGTERM].contains(signals.next().number) { Orphans.reap() }
    }

    /// Waits for them for a while.
    ///
    /// - Returns: whether one came.
    package func waitForStop(atMost duration: Duration) -> Bool {
        let deadline = ContinuousClock.now + duration
        while true {
            let left = deadline - .now
            guard left > .zero, let signal = signals.next(within: left) else { return false }
            if [SIGINT, SIGTERM].contains(signal.number) { return true }
        }
    }

    /// Runs the command with an endpoint for its callbacks beside it.
    private func superviseWithUpdates(_ mailbox: Mailbox) -> Ending {
        var environment = Environment.own
        environment[Environment.statusFile] = TakenStatusFile.absolute(
            statusFile, in: Self.workingDirectory)
        // They chose this file; whatever the command starts has to do with the file alone.
        for name in Environment.choosing { environment[name] = nil }
        environment[Environment.supervised] = "1"
        if let version = configuration.version { environment[Environment.version] = "\(version)" }
        let updates = configuration.takesUpdates ? UpdateService(onReport: mailbox.put) : nil
        updates?.announce(in: &environment)
        defer { updates?.stop() }
        return supervise(environment, mailbox, takesUpdates: updates != nil)
    }

    /// Starts the command and stays with it.
    private func supervise(
        _ environment: Environment, _ mailbox: Mailbox, takesUpdates: Bool
    ) -> Ending {
        let capture = OutputCapture(
            isWanted: configuration.capturesOutput, inheritance: signals.inheritance)
        let listening = Listening(
            statusFile: statusFile, logs: configuration.trainerLogs, takesUpdates: takesUpdates,
            findsLogs: configuration.findsLogs, readsOutput: capture.isHeard)
        warn(listening.line)
        let killsBefore = MemoryKills.count()
        let child: ChildProcess
        do {
            child = try ChildProcess(
                configuration.command, environment: environment,
                descriptors: capture.descriptors, inheritance: signals.inheritance)
        } catch {
            capture.closeEntrances()
            return Ending(cause: .notStarted(error))
        }
        capture.closeEntrances()
        if configuration.findsLogs { mailbox.command = child.id }
        mailbox.output = capture
        let processes = StartedProcesses(
            of: child.id, markedBy: [Environment.statusFile, Environment.supervised],
            in: environment)
        var wasStopped = false
        let termination = wait(for: child, wasStopped: &wasStopped)
        // Asked in any case: when it is answered, all output has been passed on.
        let reason = capture.reason().flatMap { $0.explains(termination) ? $0.text : nil }
        let kills = MemoryKills.count()
        return Ending(
            cause: .ended(termination), ranOutOfMemory: (kills ?? 0) > (killsBefore ?? kills ?? 0),
            output: reason, leavesProcesses: processes?.stillRun { usleep(100_000) } ?? false,
            wasStopped: wasStopped)
    }

    /// Passes signals on until the command ends.
    private func wait(for child: ChildProcess, wasStopped: inout Bool) -> Termination {
        while true {
            let signal = signals.next()
            if [SIGINT, SIGTERM, SIGQUIT, SIGHUP].contains(signal.number) { wasStopped = true }
            if signal.number == SIGCHLD {
                if let end = child.reap() { return end }
                Orphans.reap(except: child.id)
            } else if !signal.hasReachedCommand {
                child.send(signal.number)
            }
        }
    }

    /// Where the command is started; empty where that can't be known any more.
    private static var workingDirectory: String {
        guard let directory = unsafe getcwd(nil, 0) else { return "" }
        defer { unsafe free(directory) }
        return unsafe String(cString: directory)
    }
}
