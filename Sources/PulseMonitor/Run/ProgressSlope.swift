/// The speed of a run, from its recent epochs as seen here.
///
/// "Recent" is at least the newer half of the time and the newer half of the progress since the
/// first state that counts. That is free of any scale: it spans several evaluation pauses of a long
/// run, can't fall wholly into one, and still follows a run that gets faster. Never the time since
/// epoch zero: after a resume from a checkpoint that would be wrong by hours.
struct ProgressSlope: Sendable {
    private struct Sample {
        let time: Duration
        let epoch: Double
    }

    /// Oldest first; none that the window has left behind.
    private var samples: [Sample] = []
    /// The state from which on everything counts.
    private var origin: Sample?
    /// How often progress was made since the first state.
    private var advances = 0

    /// The first advance is no measure: it holds the start-up, or the jump from 0 to the
    /// checkpoint.
    private static let unmeasuredAdvances = 1
    /// Fewer could all be in one burst.
    private static let neededAdvances = unmeasuredAdvances + 3
    private static let capacity = 512

    mutating func append(epoch: Double, at time: Duration) {
        let sample = Sample(time: time, epoch: epoch)
        if let last = samples.last, epoch > last.epoch {
            advances += 1
            if advances == Self.unmeasuredAdvances { origin = nil }
        }
        if origin == nil {
            origin = sample
            samples = []
        }
        if samples.count == Self.capacity {
            samples = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
        }
        samples.append(sample)
        dropWhatIsBehindTheWindow()
    }

    /// Seconds until the run has this many epochs, in tenths; nil while the speed isn't known.
    func secondsLeft(until totalEpochs: Double) -> Double? {
        guard totalEpochs > 0, advances >= Self.neededAdvances, let start = samples.first,
            let last = samples.last
        else { return nil }
        let gained = last.epoch - start.epoch
        let time = (last.time - start.time) / .seconds(1)
        guard gained > 0, time > 0 else { return nil }
        let tenths = (max(totalEpochs - last.epoch, 0) * (time / gained) * 10).rounded()
        return tenths.isFinite ? tenths / 10 : nil
    }

    /// The window begins with the newest sample before both middles.
    ///
    /// Neither ever goes back, so what is behind them now is so for good.
    private mutating func dropWhatIsBehindTheWindow() {
        guard let origin, let last = samples.last else { return }
        let time = origin.time + (last.time - origin.time) / 2
        let epoch = origin.epoch + (last.epoch - origin.epoch) / 2
        let start = samples.lastIndex { $0.time <= time && $0.epoch <= epoch } ?? 0
        samples.removeFirst(start)
    }
}

extension ProgressSlope {
    func write(to writer: inout CheckpointWriter) {
        func write(_ writer: inout CheckpointWriter, _ sample: Sample) {
            writer.write(sample.time)
            writer.write(sample.epoch)
        }
        writer.write(samples, write)
        writer.write(origin, write)
        writer.write(Int64(advances))
    }

    init(from reader: inout CheckpointReader) throws(CheckpointError) {
        func sample(_ reader: inout CheckpointReader) throws(CheckpointError) -> Sample {
            Sample(time: try reader.duration(), epoch: try reader.double())
        }
        samples = try reader.array(sample)
        origin = try reader.optional(sample)
        advances = Int(try reader.integer() as Int64)
        guard samples.count <= Self.capacity else { throw CheckpointError() }
    }
}
