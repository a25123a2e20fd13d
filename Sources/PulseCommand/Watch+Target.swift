import ArgumentParser
import Glibc
import PulseClient
import PulseMonitor
import PulseNATS
import PulseServer
import PulseWatch

extension Watch {
    /// What the user named.
    enum Place {
        case server(ServerURL)
        case file(String)
        case directory(String)
        case nats(NATSAddress)
    }

    /// - Throws: what is wrong with the arguments; nothing was opened then.
    var place: Place {
        get throws {
            if ServerURL.looksLikeURL(source) {
                if let scheme = source.split(separator: ":").first?.lowercased(),
                    ["nats", "tls"].contains(scheme)
                {
                    try checkNoServerOptions()
                    return .nats(try natsAddress)
                }
                guard pollInterval == nil, staleAfter == nil else {
                    throw ValidationError(
                        "--poll-interval and --stale-after are for files: a server has its own.")
                }
                try nats.checkUnused(without: "a nats:// address")
                return .server(try url)
            }
            try checkNoServerOptions()
            try nats.checkUnused(without: "a nats:// address")
            guard !source.isEmpty else {
                throw ValidationError("'' is neither a URL nor a file.")
            }
            if let url = Self.urlMeant(by: source) {
                throw ValidationError("'\(source)' is not a file here. Did you mean \(url)?")
            }
            let isDirectory = Self.isDirectory(source)
            guard let run else { return isDirectory ? .directory(source) : .file(source) }
            guard isDirectory else {
                throw ValidationError("--run goes with a directory of runs, or with a server.")
            }
            return .file(RunsListing.file(of: try SourceName(argument: run), in: source))
        }
    }

    /// What is watched; nothing is connected yet.
    var target: WatchSession.Target {
        get throws {
            let interval = pollInterval?.duration ?? .seconds(2)
            let rules = WatchSession.SourceRules(
                pollInterval: interval, staleAfter: staleAfter?.duration ?? .seconds(300))
            switch try place {
            case .server(let url):
                return .server(
                    ServerAccess(
                        url: url, token: try tokenFile.map { try Self.token(in: $0) },
                        certificates: tlsAuthority))
            case .file(let path):
                return .source(FileSource(path: path, pollInterval: interval), path, rules)
            case .directory(let path):
                return .sources(DirectorySource(path: path, pollInterval: interval), path, rules)
            case .nats(let address):
                let store = try NATSStore.bucket(
                    address.place, access: nats.access, name: "pulse watch")
                switch address {
                case .key(let key):
                    let source = NATSSource(
                        store, bucket: key.place.bucket, key: key.key, pollInterval: interval)
                    return .source(source, "\(key)", rules)
                case .bucket(let bucket):
                    let source = BucketSource(
                        store, bucket: bucket.bucket, pollInterval: interval)
                    return .sources(source, "\(bucket)", rules)
                }
            }
        }
    }

    private func checkNoServerOptions() throws {
        guard tokenFile == nil, tlsAuthority == nil else {
            throw ValidationError("--token-file and --tls-authority are for servers.")
        }
    }

    /// The key or bucket, or the key of the run that is asked for.
    private var natsAddress: NATSAddress {
        get throws {
            guard let run else { return try nats.place(source, of: "the source") }
            let bucket = try nats.bucket(source, of: "the source")
            do {
                return .key(try KeyAddress(run, in: bucket))
            } catch {
                throw ValidationError("--run '\(run)': \(error.description).")
            }
        }
    }

    /// The server's, or that of the run that is asked for.
    private var url: ServerURL {
        get throws {
            let url: ServerURL
            do {
                url = try ServerURL(source)
            } catch {
                throw ValidationError("'\(source)': \(error.description).")
            }
            guard let run else { return url }
            let parts = run.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            _ = try SourceName(argument: String(parts[0]))
            guard parts.dropFirst().allSatisfy({ $0.allSatisfy("0123456789.".contains) }) else {
                throw ValidationError(
                    "'\(run)' is no run's name or id: bert, or bert@1732800000.")
            }
            return (url.listing ?? url).run(run)
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
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
