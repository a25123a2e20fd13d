internal import Synchronization

/// The access token that is in force: another takes its place when its file changes.
final class CurrentToken: Sendable {
    private let newest: Mutex<AccessToken>

    init(_ token: AccessToken) {
        newest = Mutex(token)
    }

    var value: AccessToken {
        get { newest.withLock { $0 } }
        set { newest.withLock { $0 = newValue } }
    }
}
