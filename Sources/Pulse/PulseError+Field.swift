extension PulseError {
    /// A field, by its name in the document.
    ///
    /// A structure and no enumeration: one more field breaks no `switch` of somebody else.
    public struct Field: RawRepresentable, CaseIterable, Sendable, Hashable {
        /// What the decoder has to treat without an omission.
        enum Name: String, CaseIterable {
            case version, status, epoch
            case totalEpochs = "total_epochs"
            case loss, message, timestamp, profile, dataset
            case stepsDone = "steps_done"
            case totalSteps = "total_steps"
            case learningRate = "lr"
            case batchSize = "batch_size"
            case gpuMemoryUsage = "gpu_memory_usage"
            case metrics, run, attempt
        }

        let name: Name

        private init(_ name: Name) {
            self.name = name
        }

        /// nil when no field has this name.
        public init?(rawValue: String) {
            guard let name = Name(rawValue: rawValue) else { return nil }
            self.init(name)
        }

        /// The name, such as `total_epochs`.
        public var rawValue: String { name.rawValue }

        /// Those of version 2, in the order in which they are written; version 1 has six of them.
        public static var allCases: [Self] { Name.allCases.map(Self.init) }

        /// The six of version 1, in the order in which they are written.
        package static let ofVersion1: [Self] = [
            .status, .epoch, .totalEpochs, .loss, .message, .timestamp,
        ]

        /// The state.
        public static var status: Self { Self(.status) }
        /// The epochs that are done.
        public static var epoch: Self { Self(.epoch) }
        /// The epochs that are planned.
        public static var totalEpochs: Self { Self(.totalEpochs) }
        /// The newest loss.
        public static var loss: Self { Self(.loss) }
        /// The line for people.
        public static var message: Self { Self(.message) }
        /// When it was written.
        public static var timestamp: Self { Self(.timestamp) }

        // Of PULSE v2:

        /// The version of the schema.
        public static var version: Self { Self(.version) }
        /// The named set of parameters.
        public static var profile: Self { Self(.profile) }
        /// What it trains on.
        public static var dataset: Self { Self(.dataset) }
        /// The optimizer updates that are done.
        public static var stepsDone: Self { Self(.stepsDone) }
        /// The optimizer updates that are planned.
        public static var totalSteps: Self { Self(.totalSteps) }
        /// The learning rate.
        public static var learningRate: Self { Self(.learningRate) }
        /// The samples in one update.
        public static var batchSize: Self { Self(.batchSize) }
        /// The memory reserved on the device.
        public static var gpuMemoryUsage: Self { Self(.gpuMemoryUsage) }
        /// What else is measured.
        public static var metrics: Self { Self(.metrics) }
        /// Which run it is.
        public static var run: Self { Self(.run) }
        /// Which attempt of the run.
        public static var attempt: Self { Self(.attempt) }
    }
}

extension PulseError.Field: CustomStringConvertible {
    /// The name.
    public var description: String { rawValue }
}
