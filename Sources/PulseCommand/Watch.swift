import ArgumentParser
import Glibc
import PulseWatch

/// `pulse watch`: one run in the terminal, or many.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Watch runs in the terminal: progress, ETA, loss, and whether they are current.",
        discussion: """
            Watch a server, or a status file without any server:
              pulse watch http://localhost:8080
              pulse watch status.json

            On a terminal it draws one view and keeps it up to date; into a file or a pipe it prints a line for \
            each change. When the server is away it shows that, and since when, and reconnects by itself.

            To go on when the training is over:
              pulse watch http://localhost:8080 --until done && ./evaluate.sh

            Where there are many runs, in a directory or on a server of one, it shows all of them in a table, newest \
            first; --run shows one:
              pulse watch runs
              pulse watch runs --run bert

            Exit codes with --until done: 0 when the run is done, 1 when it has failed. A run that is stale, \
            unreachable or invalid has not ended: it keeps waiting and shows that. A run that had ended before \
            counts at once. Of many runs all current ones have to end: 0 when all are done, 1 when one has failed. \
            Exit code 2: it can't be watched (no Pulse server there, token refused). Ctrl-C ends it in any case, \
            with the signal's code (130).

            Colours are left out when NO_COLOR is set; every state is named in words anyway.
            """)

    @Argument(
        help: """
            A server's URL, http:// or https://, or the path of a status file, or of a directory of runs; or a key \
            or a bucket of NATS, nats:// or tls://.
            """,
        completion: .file())
    var source: String

    @Option(help: "The one to watch of many runs, by its name. (on a server also by its id)")
    var run: String?

    @Option(help: "End when the run is done (exit code 0) or has failed (exit code 1).")
    var until: WatchedEnd?

    @Flag(
        help: """
            Print the documents as they come, one per line: of each change the one of /status (it has a \
            "message"), then the one of /progress (it has a "liveness"). Of many runs the ITEM of /runs.
            """)
    var json = false

    @Option(
        help: "A file whose first line is the token that the server asks for.", completion: .file())
    var tokenFile: String?

    @Option(
        help: "A PEM file of certificate authorities to trust beside the system's, for https.",
        completion: .file())
    var tlsAuthority: String?

    @OptionGroup
    var nats: NATSOptions

    @Option(
        help: "How often a file, or a key, is polled. (not with a server; default: 2s)",
        transform: DurationArgument.parse)
    var pollInterval: DurationArgument?

    @Option(
        help: """
            How long a running job may be silent at least before it counts as stale. (not with a server, which \
            has its own; default: 5m)
            """, transform: DurationArgument.parse)
    var staleAfter: DurationArgument?

    func validate() throws {
        _ = try place
    }

    func run() async throws {
        var target = try target
        var ending = await watch(target)
        if case .hasManyRuns(let url) = ending, case .server(var server) = target {
            server.url = url
            target = .serverRuns(server)
            ending = await watch(target)
        }
        switch ending {
        case .done, .hasManyRuns: return
        case .failed: throw ExitCode.failure
        case .refused(let reason):
            CommandOutput.error(reason)
            throw ExitCode(2)
        case .signal(let number):
            // Ended by the signal itself, so that a shell's loop ends too. It comes to the main
            // thread, a moment later: this one has its signals blocked.
            signal(number, SIG_DFL)
            kill(getpid(), number)
            sleep(1)
            throw ExitCode(128 + number)
        }
    }

    private func watch(_ target: WatchSession.Target) async -> WatchEnding {
        await WatchSession(target: target, isWaitingForEnd: until != nil, showsDocuments: json)
            .run(environment: { EnvironmentArguments.variable($0) })
    }
}

/// What `pulse watch --until` can wait for.
enum WatchedEnd: String, ExpressibleByArgument, CaseIterable {
    case done
}
