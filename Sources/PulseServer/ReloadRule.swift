internal import Pulse

/// When the files of a setting are read again, and what is said of it: pure.
///
/// Files that belong together are replaced one after the other, and any of them may be seen half
/// written: what fails is tried once more before it is told.
struct ReloadRule {
    private var seen: [FileIdentity?]
    private var isRacy: Bool
    private var isSettled = false
    private var isUnsettledFailure = false
    private var told: String?

    /// - Parameters:
    ///   - seen: the files as they were just before they were read.
    ///   - now: the wall clock, since 1970.
    init(seen: [FileIdentity?], at now: Duration) {
        self.seen = seen
        isRacy = Self.isRacy(seen, at: now)
    }

    /// Whether the files are to be read: they have changed, or may have, or are to be tried again.
    mutating func isDue(_ files: [FileIdentity?], at now: Duration) -> Bool {
        defer {
            seen = files
            isRacy = Self.isRacy(files, at: now)
        }
        isSettled = files == seen
        return !isSettled || isRacy || isUnsettledFailure
    }

    /// The files can't be used: gives what is to be told, once for each reason.
    mutating func failed(_ reason: String) -> String? {
        isUnsettledFailure = !isSettled
        guard isSettled, told != reason else { return nil }
        told = reason
        return reason
    }

    /// The files could be used.
    mutating func succeeded() {
        isUnsettledFailure = false
        told = nil
    }

    /// Somebody asked: what fails now is told at once, also what was told before.
    mutating func insist() {
        isSettled = true
        told = nil
    }

    /// Whether a file could still change without a trace.
    private static func isRacy(_ files: [FileIdentity?], at now: Duration) -> Bool {
        files.contains { $0?.isRacy(at: now) ?? false }
    }
}
