/// What PULSE v2 adds to the six fields of v1 (`docs/PULSE-v2.md` §1); nil is what isn't known.
///
/// A value of this type is always valid. A class, because it travels with every event of a run: one
/// reference instead of a dozen.
public final class RunDetails: Sendable {
    /// Another measure of a trainer's, such as `eval_loss`.
    public struct Metric: Sendable, Hashable {
        /// `[A-Za-z0-9_./@:-]{1,64}`.
        public let name: String
        /// Finite.
        public let value: Double
    }

    /// The fields while they are being put together.
    struct Draft: Sendable {
        var profile: String?
        var dataset: String?
        var stepsDone: Int64?
        var totalSteps: Int64?
        var learningRate: Double?
        var batchSize: Int64?
        var gpuMemoryUsage: Int64?
        var metrics = MetricList()
        var run: String?
        var attempt: Int64?
    }

    private let draft: Draft

    /// For the decoder, which has checked every field.
    init(unchecked draft: Draft) {
        self.draft = draft
    }

    /// - Throws: ``PulseError`` with the reason and field for what `docs/PULSE-v2.md` doesn't allow.
    public init(
        profile: String? = nil, dataset: String? = nil, stepsDone: Int64? = nil,
        totalSteps: Int64? = nil, learningRate: Double? = nil, batchSize: Int64? = nil,
        gpuMemoryUsage: Int64? = nil, metrics: [(name: String, value: Double)] = [],
        run: String? = nil, attempt: Int64? = nil
    ) throws(PulseError) {
        var draft = Draft()
        draft.profile = try PulseError.Field.profile.checked(profile)
        draft.dataset = try PulseError.Field.dataset.checked(dataset)
        draft.stepsDone = try PulseError.Field.stepsDone.checked(stepsDone)
        draft.totalSteps = try PulseError.Field.totalSteps.checked(totalSteps)
        draft.learningRate = try PulseError.Field.learningRate.checked(learningRate)
        draft.batchSize = try PulseError.Field.batchSize.checked(batchSize)
        draft.gpuMemoryUsage = try PulseError.Field.gpuMemoryUsage.checked(gpuMemoryUsage)
        for (name, value) in metrics {
            let place = try draft.metrics.place(for: name)
            guard value.isFinite else { throw .notFinite(.metrics, value).about(metric: name) }
            draft.metrics.insert(name, value, at: place)
        }
        draft.run = try PulseError.Field.run.checked(run)
        draft.attempt = try PulseError.Field.attempt.checked(attempt)
        self.draft = draft
    }

    /// Of a trainer that has said nothing of all this.
    public static let unknown = RunDetails(unchecked: Draft())

    /// The named set of parameters.
    public var profile: String? { draft.profile }
    /// What it trains on.
    public var dataset: String? { draft.dataset }
    /// Optimizer updates since the run began, those before a resume included.
    public var stepsDone: Int64? { draft.stepsDone }
    /// Optimizer updates planned.
    public var totalSteps: Int64? { draft.totalSteps }
    /// The learning rate last used; of several parameter groups the largest.
    public var learningRate: Double? { draft.learningRate }
    /// Samples in one update, over all ranks.
    public var batchSize: Int64? { draft.batchSize }
    /// Bytes: the peak of memory reserved on the reporting process's device.
    public var gpuMemoryUsage: Int64? { draft.gpuMemoryUsage }
    /// What else is measured, in the order of the names' bytes.
    public var metrics: [Metric] { draft.metrics.metrics }
    /// Which run this is, as chosen at its first start.
    public var run: String? { draft.run }
    /// Which attempt of the run, from 1.
    public var attempt: Int64? { draft.attempt }
}

extension RunDetails {
    /// All fields as bytes, for who keeps them.
    package var bytes: [UInt8] {
        PulseEncoder.encode(PulseDocument(Self.nothing, details: self))
    }

    /// - Throws: ``PulseError`` for bytes that aren't those of details.
    package convenience init(bytes: [UInt8]) throws(PulseError) {
        let document = try PulseDecoder.decodeDocument(bytes)
        self.init(unchecked: document.details?.draft ?? Draft())
    }

    private static let nothing = TrainingStatus(
        unchecked: .idle, epoch: 0, totalEpochs: 0, loss: 0, message: "", timestamp: 0)
}

extension RunDetails: Hashable {
    /// Whether both say the same, to the bit: they have one spelling.
    public static func == (left: RunDetails, right: RunDetails) -> Bool {
        left === right || left.spelling == right.spelling
    }

    /// Hashes the spelling.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(spelling)
    }

    private var spelling: [UInt8] {
        var json = JSONWriter()
        json.members(of: self)
        return json.bytes
    }
}
