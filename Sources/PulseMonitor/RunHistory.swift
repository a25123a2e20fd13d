public import Pulse

/// The curve of one run, bounded: when it is full its resolution is halved, so that it always spans
/// the run.
public struct RunHistory: Sendable {
    /// Unix time in seconds, oldest first.
    public private(set) var timestamps: [Int64] = []
    /// Epochs done at these times, with fractions.
    public private(set) var epochs: [Double] = []
    /// The losses at these times.
    public private(set) var losses: [Double] = []

    private let capacity: Int
    /// Of this many states one is kept; the newest always is.
    private var stride = 1
    private var count = 0

    /// Makes an empty curve.
    ///
    /// - Parameter capacity: points at most, 4 or more.
    public init(capacity: Int) {
        precondition(capacity >= 4, "a curve needs a few points")
        self.capacity = capacity
    }

    /// Adds the newest point.
    public mutating func append(_ status: TrainingStatus) {
        // The newest point stays only where the stride falls on it.
        if count > 0, (count - 1) % stride != 0 { removeNewest() }
        if timestamps.count == capacity { halve() }
        timestamps.append(status.timestamp)
        epochs.append(status.epoch)
        losses.append(status.loss)
        count += 1
    }

    /// Begins a new curve.
    public mutating func removeAll() {
        self = RunHistory(capacity: capacity)
    }

    private mutating func removeNewest() {
        timestamps.removeLast()
        epochs.removeLast()
        losses.removeLast()
    }

    /// Keeps every second point, the first among them.
    private mutating func halve() {
        let kept = Swift.stride(from: 0, to: timestamps.count, by: 2)
        timestamps = kept.map { timestamps[$0] }
        epochs = kept.map { epochs[$0] }
        losses = kept.map { losses[$0] }
        stride *= 2
    }
}
