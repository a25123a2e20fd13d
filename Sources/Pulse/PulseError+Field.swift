extension PulseError {
    /// A field, by its name in the document.
    ///
    /// A structure and no enumeration: one more field breaks no `switch` of somebody else.
    public struct Field: RawRepresentable, CaseIterable, Sendable, Hashable {
        /// What the decoder has to treat without an omission.
        enum Name: String, CaseIterable {
            case status, epoch
            case totalEpochs = "total_epochs"
            case loss, message, timestamp
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

        /// The six, in the order in which they are written.
        public static var allCases: [Self] { Name.allCases.map(Self.init) }

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
    }
}

extension PulseError.Field: CustomStringConvertible {
    /// The name.
    public var description: String { rawValue }
}
