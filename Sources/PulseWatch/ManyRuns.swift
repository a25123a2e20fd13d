internal import Pulse
internal import PulseMonitor

/// The view of many runs: a table on a terminal, a line for each change elsewhere.
struct ManyRuns: WatchView {
    private let name: String
    private let isWaitingForEnd: Bool
    /// Of the link alone: no run's state is in it.
    private var link = WatchState()
    private var rows: [String: RunRow] = [:]
    /// The runs that were told since the source began to tell all; nil when it has.
    private var told: Set<String>? = []
    /// Why the directory can't be listed; nil when it can.
    private var listingError: String?
    private var plain = RunsLines()

    /// Rows at most: a server's memory is not ours.
    private static let limit = 20_000

    /// - Parameters:
    ///   - name: what is watched, for a person.
    ///   - isWaitingForEnd: whether watching ends when all runs do.
    init(name: String, isWaitingForEnd: Bool) {
        self.name = name
        self.isWaitingForEnd = isWaitingForEnd
    }

    mutating func take(_ update: RunsUpdate, at now: Moment) {
        switch update {
        case .opened(let serverTime):
            link.take(.opened(serverTime: serverTime), at: now)
            told = []
        case .reset: told = []
        case .item(let document):
            guard let row = RunRow(document), rows.count < Self.limit || rows[row.id] != nil else {
                return
            }
            told?.insert(row.id)
            rows[row.id] = row
            plain.note(row, at: now)
        case .gone(let id): remove(id)
        case .ready:
            if let told { Set(rows.keys).subtracting(told).forEach { remove($0) } }
            told = nil
            plain.noteAll()
        case .listing(let error):
            listingError = error
            plain.noteAll()
        case .heartbeat(let serverTime): link.take(.heartbeat(serverTime), at: now)
        case .lost(let reason, let pause): link.take(.lost(reason, retryAfter: pause), at: now)
        case .ended(let ending): link.take(.ended(ending), at: now)
        }
    }

    private mutating func remove(_ id: String) {
        guard let row = rows.removeValue(forKey: id) else { return }
        plain.noteGone(row)
    }

    /// A run that is told again as it was is nothing new.
    func documents(of update: RunsUpdate) -> [[UInt8]] {
        guard case .item(let document) = update, let row = RunRow(document), row != rows[row.id]
        else { return [] }
        return [document]
    }

    func isShown(_ update: RunsUpdate) -> Bool {
        switch update {
        case .item, .gone, .ready, .listing, .lost, .ended: true
        case .opened, .reset, .heartbeat: false
        }
    }

    var outage: String? { link.outage ?? listingError }

    /// All current ones have ended, as far as their sources can be believed; where there is none, none has.
    ///
    /// How those before them ended is nothing to wait for.
    var ending: WatchEnding? {
        if let ending = link.ending { return ending }
        guard isWaitingForEnd, outage == nil, told == nil else { return nil }
        let verdicts = rows.values.filter(\.isCurrent).map(\.verdict)
        guard !verdicts.isEmpty, verdicts.allSatisfy(\.isEnd) else { return nil }
        return verdicts.contains(.failed) ? .failed : .done
    }

    mutating func lines(at now: Moment) -> [String] {
        plain.lines(overview(at: now), rows, at: now)
    }

    func screen(_ size: ScreenSize, at now: Moment) -> [StyledText] {
        RunsTable(size: size).lines(
            overview(at: now), rows.values.sorted { $0.place < $1.place })
    }

    private func overview(at now: Moment) -> RunsOverview {
        RunsOverview(
            link: WatchText(
                state: link, verdict: Verdict(link), now: now, name: name,
                isWaitingForEnd: isWaitingForEnd, timeOfDay: TimeText.ofDay),
            listingError: listingError, isComplete: told == nil,
            verdicts: rows.values.map(\.verdict))
    }
}
