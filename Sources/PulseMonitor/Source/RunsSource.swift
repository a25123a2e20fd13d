/// Where the documents of several sources come from together: a directory, or a bucket of NATS.
public protocol RunsSource: Sendable {
    /// Polls all once, on the calling thread, so that there is something to serve.
    func poll() -> RunsDelivery

    /// Polls until the task is cancelled, and delivers what each poll found.
    func run(deliver: @escaping @Sendable (RunsDelivery) -> Void) async
}

/// What several sources found at one time.
public struct RunsDelivery: Sendable {
    /// Of each source that was polled, or that spoke.
    public var sources: [NamedDelivery]
    /// What is passed over, when that has changed; nil when it is as before.
    public var skipped: SkippedFiles?

    /// Makes a delivery.
    public init(_ sources: [NamedDelivery], skipped: SkippedFiles? = nil) {
        self.sources = sources
        self.skipped = skipped
    }
}

/// What one of several sources found.
public struct NamedDelivery: Sendable {
    /// Whose it is.
    public let name: SourceName
    /// What errors call the source.
    public let label: String
    /// What was found; nil when the source is given up for good.
    public let delivery: SourceDelivery?
    /// The newest document, where it is new: for whoever hands it on.
    public let document: WrittenDocument?

    /// Makes a delivery of a source.
    public init(
        _ name: SourceName, label: String, _ delivery: SourceDelivery?,
        document: WrittenDocument? = nil
    ) {
        self.name = name
        self.label = label
        self.delivery = delivery
        self.document = document
    }
}

/// A valid document as its trainer wrote it.
public struct WrittenDocument: Sendable, Hashable {
    /// Its bytes.
    public let bytes: [UInt8]
    /// The trainer's unix time in seconds.
    public let timestamp: Int64
}

/// One source alone.
public struct SingleSource: RunsSource {
    private let source: any StatusSource

    /// Makes it of the source.
    public init(_ source: any StatusSource) {
        self.source = source
    }

    /// Polls it once.
    public func poll() -> RunsDelivery { named(source.poll()) }

    /// Polls it until the task is cancelled.
    public func run(deliver: @escaping @Sendable (RunsDelivery) -> Void) async {
        await source.run { deliver(named($0)) }
    }

    private func named(_ delivery: SourceDelivery) -> RunsDelivery {
        RunsDelivery([NamedDelivery(source.name, label: source.label, delivery)])
    }
}
