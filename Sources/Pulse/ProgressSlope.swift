/// The speed of a run, from its recent progress as seen here.
///
/// "Recent" is the newer half of the time since the first state that was seen: scale-free, so that it spans
/// several evaluation pauses of a long run and still follows one that gets faster. Never the time since epoch
/// zero: after a resume from a checkpoint that would be wrong by hours.
struct ProgressSlope: Sendable {
    private struct Sample {
        let time: Duration
        /// Percent.
        let progress: Double
    }

    private var samples: [Sample] = []
    /// How often progress was made since the first state.
    private var advances = 0

    /// The first steps of a run are slow (caches, compilation) and prove nothing.
    private static let neededAdvances = 3
    private static let capacity = 512

    mutating func append(progress: Double, at time: Duration) {
        if let last = samples.last, progress > last.progress { advances += 1 }
        if samples.count == Self.capacity {
            samples = samples.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }
        samples.append(Sample(time: time, progress: progress))
    }

    /// Seconds until 100 %, rounded to tenths; nil while the speed isn't known.
    var secondsLeft: Double? {
        guard advances >= Self.neededAdvances, let first = samples.first, let last = samples.last else { return nil }
        let middle = first.time + (last.time - first.time) / 2
        // The newest sample at or before the middle: the slope must cover the whole newer half.
        let start = samples.last { $0.time <= middle } ?? first
        let time = (last.time - start.time) / .seconds(1)
        let gained = last.progress - start.progress
        guard time > 0, gained > 0 else { return nil }
        let seconds = (100 - last.progress) / gained * time
        return seconds.isFinite ? (seconds * 10).rounded() / 10 : nil
    }
}
