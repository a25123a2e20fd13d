internal import Logging
internal import Pulse
internal import Synchronization

/// A setting whose files are read again when they change, or when somebody asks for it.
///
/// What can't be used changes nothing: the setting stays as it was.
final class ReloadedSetting: Sendable {
    private struct State {
        var rule: ReloadRule
        var content: [[UInt8]]
    }

    private let name: String
    private let files: [SettingsFile]
    private let apply: @Sendable ([[UInt8]]) throws(ServerError) -> String
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - name: what the log calls it, such as `the access token`.
    ///   - content: of each file, as it is in use.
    ///   - seen: the files' identities just before they were read.
    ///   - apply: puts another content to use; gives what the log adds.
    init(
        _ name: String, files: [SettingsFile], content: [[UInt8]], seen: [FileIdentity?],
        logger: Logger, apply: @escaping @Sendable ([[UInt8]]) throws(ServerError) -> String
    ) {
        self.name = name
        self.files = files
        self.logger = logger
        self.apply = apply
        let rule = ReloadRule(seen: seen, at: Syscalls.system.now())
        state = Mutex(State(rule: rule, content: content))
    }

    /// Looks at the files.
    ///
    /// - Parameter isAsked: read them in any case, and say what came of it.
    func poll(isAsked: Bool) {
        state.withLock { state in
            let isDue = state.rule.isDue(files.map(\.identity), at: Syscalls.system.now())
            if isAsked { state.rule.insist() }
            guard isDue || isAsked else { return }
            do throws(ServerError) {
                var content: [[UInt8]] = []
                for file in files { content.append(try file.contentNow()) }
                if content != state.content {
                    let addition = try apply(content)
                    state.content = content
                    logger.info("\(name) was read again\(addition)")
                } else if isAsked {
                    logger.info("\(name) was read again, and is the same")
                }
                state.rule.succeeded()
            } catch {
                guard let reason = state.rule.failed(error.description) else { return }
                logger.warning("\(name) stays as it was: \(reason)")
            }
        }
    }
}
