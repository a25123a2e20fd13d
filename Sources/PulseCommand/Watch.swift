import ArgumentParser
import Glibc
import PulseClient
import PulseServer
import PulseWatch

/// `pulse watch`: one run in the terminal.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Watch a run in the terminal: progress, ETA, loss, and whether they are current.",
        discussion: """
            Watch a server, or a status file without any server:
              pulse watch http://localhost:8080
              pulse watch status.json

            On a terminal it draws one view and keeps it up to date; into a file or a pipe it prints a line for \
            each change. When the server is away it shows that, and since when, and reconnects by itself.

            To go on when the training is over:
              pulse watch http://localhost:8080 --until done && ./evaluate.sh

            Exit codes with --until done: 0 when the run is done, 1 when it has failed. A run that is stale, \
            unreachable or invalid has not ended: it keeps waiting and shows that. A run that had ended before \
            counts at once. Exit code 2: it can't be watched (no Pulse server there, token refused). Ctrl-C \
            ends it in any case, with the signal's code (130).

            Colours are left out when NO_COLOR is set; every state is named in words anyway.
            """)

    @Argument(
        help: "A server's URL, http:// or https://, or the path of a status file.",
        completion: .file())
    var source: String

    @Option(help: "End when the run is done (exit code 0) or has failed (exit code 1).")
    var until: WatchedEnd?

    @Flag(
        help: """
            Print the documents as they come, one per line: of each change the one of /status (it has a \
            "message"), then the one of /progress (it has a "liveness").
            """)
    var json = false

    @Option(
        help: "A file whose first line is the token that the server asks for.", completion: .file())
    var tokenFile: String?

    @Option(
        help: "A PEM file of certificate authorities to trust beside the system's, for https.",
        completion: .file())
    var tlsAuthority: String?

    @Option(help: "How often a status file is polled. (a file only; default: 2s)")
    var pollInterval: DurationArgument?

    @Option(
        help: """
            How long a running job may be silent at least before it counts as stale. (a file only: a server \
            has its own; default: 5m)
            """)
    var staleAfter: DurationArgument?

    func validate() throws {
        _ = try target(reading: { _ in "" })
    }

    func run() async throws {
        let session = WatchSession(
            target: try target(reading: Self.token), isWaitingForEnd: until != nil,
            showsDocuments: json)
        switch await session.run(environment: { EnvironmentArguments.variable($0) }) {
        case .done: return
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

    private func target(reading token: (String) throws -> String) throws -> WatchSession.Target {
        if ServerURL.looksLikeURL(source) {
            guard pollInterval == nil, staleAfter == nil else {
                throw ValidationError(
                    "--poll-interval and --stale-after are for files: a server has its own.")
            }
            do {
                return .server(
                    try ServerURL(source), token: try tokenFile.map(token),
                    certificates: tlsAuthority)
            } catch let error as ServerURL.ParseError {
                throw ValidationError("'\(source)': \(error.description).")
            }
        }
        guard tokenFile == nil, tlsAuthority == nil else {
            throw ValidationError("--token-file and --tls-authority are for servers.")
        }
        guard !source.isEmpty else { throw ValidationError("'' is neither a URL nor a file.") }
        if let url = Self.urlMeant(by: source) {
            throw ValidationError("'\(source)' is no file here. Did you mean \(url)?")
        }
        return .file(
            source, pollInterval: pollInterval?.duration ?? .seconds(2),
            staleAfter: staleAfter?.duration ?? .seconds(300))
    }

    /// `localhost:8080` and `:8080` are meant as servers, unless there is such a file.
    static func urlMeant(by text: String) -> String? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, UInt16(parts[1]) != nil, !parts[0].contains("/"),
            unsafe access(text, F_OK) != 0
        else { return nil }
        return "http://\(parts[0].isEmpty ? "localhost" : parts[0]):\(parts[1])"
    }

    private static func token(in file: String) throws -> String {
        do {
            return try TokenFile.token(in: file)
        } catch {
            CommandOutput.error("\(error)")
            throw ExitCode.failure
        }
    }
}

/// What `pulse watch --until` can wait for.
enum WatchedEnd: String, ExpressibleByArgument, CaseIterable {
    case done
}
