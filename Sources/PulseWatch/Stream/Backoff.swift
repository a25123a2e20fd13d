/// How long to wait before the next try: longer each time, up to a bound.
struct Backoff {
    private var next: Duration?

    /// The first wait, where the server doesn't ask for another.
    private static let first = Duration.seconds(1)
    /// A person who restarts a server watches the screen for about this long.
    private static let longest = Duration.seconds(15)
    /// What a server can ask for at most: one that says a year must not end the watching.
    private static let longestAsked = Duration.seconds(300)

    /// - Parameter asked: what the server asks for; up to five minutes it is not undercut.
    mutating func pause(asked: Duration?) -> Duration {
        let asked = asked.map { min($0, Self.longestAsked) }
        let pause = max(next ?? Self.first, asked ?? .zero)
        next = min(pause * 2, Self.longest)
        return min(pause, max(Self.longest, asked ?? .zero))
    }

    mutating func reset() {
        next = nil
    }
}
