public import Pulse

/// The curve of one run, bounded: when it is full its resolution is halved, so that it always spans
/// the run.
public struct RunHistory: Sendable {
    /// One point of a curve.
    public struct Point: Sendable, Equatable {
        /// Unix time in seconds.
        public let timestamp: Int64
        /// Epochs done at this time, with fractions.
        public let epoch: Double
        /// The loss at this time.
        public let loss: Double

        /// Makes a point.
        package init(timestamp: Int64, epoch: Double, loss: Double) {
            self.timestamp = timestamp
            self.epoch = epoch
            self.loss = loss
        }
    }

    /// The points, oldest first; their epochs never go back.
    public private(set) var points: [Point] = []
    /// The epochs at which later attempts of the run resumed, oldest first.
    public private(set) var resumes: [Double] = []

    /// What PULSE v2 tells of each point.
    package private(set) var columns = RunColumns()

    /// The newest of them that are kept: they travel in a header field.
    private static let resumeLimit = 32

    private let capacity: Int
    /// Of this many points one is kept; the newest always is.
    private var stride = 1
    private var count = 0

    /// Makes an empty curve.
    ///
    /// - Parameter capacity: points at most, 4 or more.
    public init(capacity: Int) {
        precondition(capacity >= 4, "a curve needs a few points")
        self.capacity = capacity
    }

    /// Makes a curve that is complete.
    ///
    /// - Parameters:
    ///   - details: what PULSE v2 told of each point.
    ///   - resumes: the epochs at which attempts resumed, in their order.
    package init(_ points: [Point], details: [RunDetails?] = [], resumes: [Double]) {
        self.init(capacity: max(4, points.count))
        self.points = points
        count = points.count
        for epoch in resumes { note(resumeAt: epoch) }
        for (index, told) in details.enumerated() { columns.append(told, behind: index) }
    }

    /// Unix time in seconds of each point.
    public var timestamps: [Int64] { points.map(\.timestamp) }
    /// The epoch of each point.
    public var epochs: [Double] { points.map(\.epoch) }
    /// The loss of each point.
    public var losses: [Double] { points.map(\.loss) }

    /// Whether nothing was measured yet.
    public var isEmpty: Bool { points.isEmpty }

    /// So many points at most, among them the first, the last and each peak.
    ///
    /// - Parameter limit: 4 or more.
    package func thinned(to limit: Int) -> [Point] {
        indices(thinnedTo: limit).map { points[$0] }
    }

    /// The places of these points.
    package func indices(thinnedTo limit: Int) -> [Int] {
        CurveThinning.kept(of: losses, limit: limit)
    }

    /// Adds the newest point.
    public mutating func append(_ status: TrainingStatus) {
        append(PulseDocument(status))
    }

    /// Adds the newest point.
    public mutating func append(_ document: PulseDocument) {
        append(
            Point(
                timestamp: document.timestamp, epoch: document.epoch, loss: document.v1.loss))
        columns.append(document.details, behind: points.count - 1)
    }

    /// Takes over what another curve has from an epoch on.
    mutating func append(_ other: RunHistory, from epoch: Double) {
        for (index, point) in other.points.enumerated() where point.epoch >= epoch {
            append(point)
            columns.append(index, of: other.columns, behind: points.count - 1)
        }
    }

    /// Adds a point, whose row of the columns is added by the caller.
    private mutating func append(_ point: Point) {
        // The newest point stays only where the stride falls on it.
        if count > 0, (count - 1) % stride != 0 {
            points.removeLast()
            columns.removeLast()
        }
        if points.count == capacity { halve() }
        points.append(point)
        count += 1
    }

    /// Cuts off what the run did from this epoch on: its next attempt does it again.
    mutating func resume(at epoch: Double) {
        let kept = points.firstIndex { $0.epoch >= epoch } ?? points.count
        if kept < points.count {
            points.removeSubrange(kept...)
            columns.keep(0..<kept)
            // All that is left stands where the stride falls.
            count = kept == 0 ? 0 : (kept - 1) * stride + 1
        }
        note(resumeAt: epoch)
    }

    private mutating func note(resumeAt epoch: Double) {
        resumes.removeAll { $0 >= epoch }
        resumes.append(epoch)
        if resumes.count > Self.resumeLimit { resumes.removeFirst() }
    }

    /// Begins a new curve.
    public mutating func removeAll() {
        self = RunHistory(capacity: capacity)
    }

    /// Keeps every second point, the first among them.
    private mutating func halve() {
        let kept = Swift.stride(from: 0, to: points.count, by: 2)
        points = kept.map { points[$0] }
        columns.keep(kept)
        stride *= 2
    }
}

extension RunHistory {
    func write(to writer: inout CheckpointWriter) {
        writer.write(points) { writer, point in
            writer.write(point.timestamp)
            writer.write(point.epoch)
            writer.write(point.loss)
        }
        writer.write(resumes) { $0.write($1) }
        writer.write(Int64(stride))
        writer.write(Int64(count))
        columns.write(to: &writer)
    }

    init(from reader: inout CheckpointReader, capacity: Int) throws(CheckpointError) {
        self.init(capacity: capacity)
        points = try reader.array { reader throws(CheckpointError) in
            Point(
                timestamp: try reader.integer(), epoch: try reader.double(),
                loss: try reader.double())
        }
        resumes = try reader.array { reader throws(CheckpointError) in try reader.double() }
        let (stride, count) = (try reader.integer() as Int64, try reader.integer() as Int64)
        guard points.count <= capacity, stride > 0, count >= points.count else {
            throw CheckpointError()
        }
        self.stride = Int(stride)
        self.count = Int(count)
        columns = try RunColumns(from: &reader, count: points.count)
    }
}
