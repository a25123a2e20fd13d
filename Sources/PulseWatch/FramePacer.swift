/// Decides which of many changes are drawn: pure.
struct FramePacer {
    enum Decision: Equatable {
        case now
        /// Ask again after this.
        case after(Duration)
        /// It will be asked again anyway.
        case planned
    }

    private let interval: Duration
    private var last: Duration?
    private var isPlanned = false

    init(interval: Duration) {
        self.interval = interval
    }

    mutating func draw(at now: Duration) -> Decision {
        guard let last, now - last < interval else {
            last = now
            isPlanned = false
            return .now
        }
        if isPlanned { return .planned }
        isPlanned = true
        return .after(last + interval - now)
    }
}
