/// The view of one run: bar, curve, and whether they are current.
struct OneRun: WatchView {
    private let name: String
    private let isWaitingForEnd: Bool
    private var state = WatchState()
    private var plain = PlainLines()

    /// - Parameters:
    ///   - name: what is watched, for a person.
    ///   - isWaitingForEnd: whether watching ends when the run does.
    init(name: String, isWaitingForEnd: Bool) {
        self.name = name
        self.isWaitingForEnd = isWaitingForEnd
    }

    mutating func take(_ update: WatchUpdate, at now: Moment) { state.take(update, at: now) }

    func documents(of update: WatchUpdate) -> [[UInt8]] {
        if case .document(let document) = update { [document] } else { [] }
    }

    func isShown(_ update: WatchUpdate) -> Bool { update.changesView }

    var outage: String? { state.outage }

    /// An end counts only while the source can be believed.
    var ending: WatchEnding? {
        if let ending = state.ending { return ending }
        guard isWaitingForEnd else { return nil }
        switch Verdict(state) {
        case .done: return .done
        case .failed: return .failed
        case _ where state.link == .over:
            return .refused("\(name) is over without a final status: there is no end to wait for")
        default: return nil
        }
    }

    mutating func lines(at now: Moment) -> [String] {
        plain.line(text(at: now)).map { [$0] } ?? []
    }

    func screen(_ size: ScreenSize, at now: Moment) -> [StyledText] {
        WatchScreen(columns: size.columns, rows: size.rows, isUnicode: size.isUnicode)
            .lines(text(at: now))
    }

    private func text(at now: Moment) -> WatchText {
        WatchText(
            state: state, verdict: Verdict(state), now: now, name: name,
            isWaitingForEnd: isWaitingForEnd, timeOfDay: TimeText.ofDay)
    }
}
