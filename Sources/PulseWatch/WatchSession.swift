internal import Glibc
internal import Pulse
package import PulseClient

/// `pulse watch`: a source, what is known of it, and where that is shown, until the end.
package struct WatchSession: Sendable {
    /// What is watched.
    package enum Target: Sendable {
        /// A server; the token it asks for; a PEM file of certificate authorities.
        case server(ServerURL, token: String?, certificates: String?)
        case file(String, pollInterval: Duration, staleAfter: Duration)
    }

    /// Why it ended.
    package enum Ending: Sendable, Equatable {
        /// The trainer reported done.
        case done
        /// The trainer reported error.
        case failed
        /// Watching makes no sense, for this reason.
        case refused(String)
        /// By this signal.
        case signal(Int32)
    }

    private enum Input: Sendable {
        case update(WatchUpdate)
        case signal(Int32)
        case tick
    }

    private let target: Target
    private let isWaitingForEnd: Bool
    private let showsDocuments: Bool

    /// Frames a second at most: more than an eye sees are work for nothing.
    private static let frameInterval = Duration.milliseconds(50)

    /// - Parameters:
    ///   - isWaitingForEnd: ends when the run does.
    ///   - showsDocuments: prints the documents instead of a view of them.
    package init(target: Target, isWaitingForEnd: Bool, showsDocuments: Bool) {
        self.target = target
        self.isWaitingForEnd = isWaitingForEnd
        self.showsDocuments = showsDocuments
    }

    /// Runs until the end.
    ///
    /// - Parameter environment: a variable's value by its name.
    package func run(environment: @Sendable (String) -> String?) async -> Ending {
        let output = WatchOutput(
            name: name, isWaitingForEnd: isWaitingForEnd, showsDocuments: showsDocuments,
            terminal: Terminal(environment: environment))
        let (inputs, input) = AsyncStream.makeStream(of: Input.self)
        let signals = SignalStream(
            SignalStream.ending
                + (output.isScreen ? SignalStream.rare + [SIGWINCH, SIGTSTP, SIGCONT] : [])
        ) { input.yield(.signal($0)) }
        defer { signals.release() }
        // Nobody waits for these two at the end: looking up a name can't be interrupted, and Ctrl-C
        // must not wait for it.
        let sourceTask = Task { [source] in await source.run { input.yield(.update($0)) } }
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
        return await show(inputs, output, redraw: { input.yield(.tick) })
    }

    private func show(
        _ inputs: AsyncStream<Input>, _ output: WatchOutput, redraw: @escaping @Sendable () -> Void
    ) async -> Ending {
        var output = output
        var state = WatchState()
        var pacer = FramePacer(interval: Self.frameInterval)
        output.begin()
        defer { output.end() }
        for await input in inputs {
            if output.isClosed { return .signal(SIGPIPE) }
            switch input {
            case .update(let update):
                if case .document(let document) = update { output.document(document) }
                let before = state
                state.take(update, at: .now)
                if showsDocuments, let outage = state.outage, outage != before.outage {
                    report(outage)
                }
                if let ending = ending(of: state) {
                    output.show(state, at: .now)
                    return ending
                }
                if !update.changesView { continue }
            case .signal(SIGTSTP):
                output.end()
                // Stopped here, until the shell's `fg`.
                raise(SIGSTOP)
            case .signal(SIGCONT): output.begin()
            case .signal(SIGWINCH), .tick: break
            case .signal(let number): return .signal(number)
            }
            switch pacer.draw(at: Moment.now.monotonic) {
            case .now: output.show(state, at: .now)
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

    /// An end counts only while the source can be believed.
    private func ending(of state: WatchState) -> Ending? {
        if let refusal = state.refusal { return .refused(refusal) }
        guard isWaitingForEnd else { return nil }
        switch Verdict(state) {
        case .done: return .done
        case .failed: return .failed
        default: return nil
        }
    }

    private func report(_ reason: String) {
        let line = Array("pulse: \(name): \(PrintableText.escaping(reason))\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    private var name: String {
        switch target {
        case .server(let url, _, _): url.description
        case .file(let path, _, _): PrintableText.escaping(path)
        }
    }

    private var source: any WatchSource {
        switch target {
        case .server(let url, let token, let certificates):
            ServerWatch(url: url, token: token, certificates: certificates)
        case .file(let path, let pollInterval, let staleAfter):
            FileWatch(path: path, pollInterval: pollInterval, staleAfter: staleAfter)
        }
    }
}
