internal import Glibc
internal import Pulse
package import PulseClient
package import PulseMonitor

/// `pulse watch`: a source, what is known of it, and where that is shown, until the end.
package struct WatchSession: Sendable {
    /// What is watched.
    package enum Target: Sendable {
        /// The run of a server, or one of its runs.
        case server(ServerAccess)
        /// One source, by its name for a person.
        case source(any StatusSource, String, SourceRules)
        /// All runs of a server.
        case serverRuns(ServerAccess)
        /// Many sources together, by their name for a person.
        case sources(any RunsSource, String, SourceRules)
    }

    /// How sources are judged here, without a server.
    package struct SourceRules: Sendable {
        let pollInterval: Duration
        let staleAfter: Duration

        package init(pollInterval: Duration, staleAfter: Duration) {
            self.pollInterval = pollInterval
            self.staleAfter = staleAfter
        }
    }

    private enum Input<Update: Sendable>: Sendable {
        case update(Update)
        case signal(Int32)
        case tick
    }

    private let target: Target
    private let isWaitingForEnd: Bool
    private let showsDocuments: Bool

    /// Frames a second at most: more than an eye sees are work for nothing.
    private static let frameInterval = Duration.milliseconds(50)

    /// - Parameters:
    ///   - isWaitingForEnd: ends when the run does, or all of them do.
    ///   - showsDocuments: prints the documents instead of a view of them.
    package init(target: Target, isWaitingForEnd: Bool, showsDocuments: Bool) {
        self.target = target
        self.isWaitingForEnd = isWaitingForEnd
        self.showsDocuments = showsDocuments
    }

    /// Runs until the end.
    ///
    /// - Parameter environment: a variable's value by its name.
    package func run(environment: @Sendable (String) -> String?) async -> WatchEnding {
        let output = WatchOutput(
            showsDocuments: showsDocuments, terminal: Terminal(environment: environment))
        let run = OneRun(name: name, isWaitingForEnd: isWaitingForEnd)
        let runs = ManyRuns(name: name, isWaitingForEnd: isWaitingForEnd)
        switch target {
        case .server(let server):
            let watch = ServerWatch(
                server: server, noticesManyRuns: true, asksForDetails: !showsDocuments)
            return await show(run, of: watch, output)
        case .source(let source, _, let rules):
            return await show(run, of: SourceWatch(source: source, rules: rules), output)
        case .serverRuns(let server):
            return await show(runs, of: ServerRunsWatch(server: server), output)
        case .sources(let source, _, let rules):
            return await show(runs, of: SourcesWatch(source: source, rules: rules), output)
        }
    }

    private func show<View: WatchView>(
        _ view: View, of source: some WatchSource<View.Update>, _ output: WatchOutput
    ) async -> WatchEnding {
        let (inputs, input) = AsyncStream.makeStream(of: Input<View.Update>.self)
        let signals = SignalStream(
            SignalStream.ending
                + (output.isScreen ? SignalStream.rare + [SIGWINCH, SIGTSTP, SIGCONT] : [])
        ) { input.yield(.signal($0)) }
        defer { signals.release() }
        // Nobody waits for these two at the end: looking up a name can't be interrupted, and Ctrl-C
        // must not wait for it.
        let sourceTask = Task { await source.run { input.yield(.update($0)) } }
        let clockTask = Task {
            while output.needsTicks, !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                input.yield(.tick)
            }
        }
        defer {
            sourceTask.cancel()
            clockTask.cancel()
        }
        return await show(inputs, view, output, redraw: { input.yield(.tick) })
    }

    private func show<View: WatchView>(
        _ inputs: AsyncStream<Input<View.Update>>, _ view: View, _ output: WatchOutput,
        redraw: @escaping @Sendable () -> Void
    ) async -> WatchEnding {
        var output = output
        var view = view
        var pacer = FramePacer(interval: Self.frameInterval)
        output.begin()
        defer { output.end() }
        for await input in inputs {
            if output.isClosed { return .signal(SIGPIPE) }
            switch input {
            case .update(let update):
                if showsDocuments { view.documents(of: update).forEach { output.document($0) } }
                let before = view.outage
                view.take(update, at: .now)
                if showsDocuments, let outage = view.outage, outage != before { report(outage) }
                if let ending = view.ending {
                    output.show(&view, at: .now)
                    return ending
                }
                if !view.isShown(update) { continue }
            case .signal(SIGTSTP):
                output.end()
                // Stopped here, until the shell's `fg`.
                raise(SIGSTOP)
            case .signal(SIGCONT): output.begin()
            case .signal(SIGWINCH), .tick: break
            case .signal(let number): return .signal(number)
            }
            switch pacer.draw(at: Moment.now.monotonic) {
            case .now: output.show(&view, at: .now)
            case .after(let pause):
                Task {
                    try? await Task.sleep(for: pause)
                    redraw()
                }
            case .planned: break
            }
        }
        return .refused("the source has ended")
    }

    private func report(_ reason: String) {
        let line = Array("pulse: \(name): \(PrintableText.escaping(reason))\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    private var name: String {
        switch target {
        case .server(let server), .serverRuns(let server): server.url.description
        case .source(_, let name, _), .sources(_, let name, _): PrintableText.escaping(name)
        }
    }
}
