package import Pulse

/// The columns of a curve that PULSE v2 alone has: nothing, until a trainer tells of one.
///
/// A number a value: nil is a NaN or a -1 here.
package struct RunColumns: Sendable {
    /// One metric, with a value for each point.
    private struct Column: Sendable {
        let name: String
        var values: [Double]
    }

    private var stepsDone: [Int64] = []
    private var learningRates: [Double] = []
    private var memory: [Int64] = []
    private var metrics: [Column] = []
    /// Metrics that were dropped, because the run has as many names already.
    private(set) var dropped = 0

    package init() {}

    private static let unknown: Int64 = -1
    /// A run keeps so many names: the first.
    private static let nameLimit = 64

    /// What was told at one point.
    package struct Row {
        package var stepsDone: Int64?
        package var learningRate: Double?
        package var gpuMemoryUsage: Int64?
        /// In the order of ``metricNames``.
        package var metrics: [Double?]
    }

    /// Whether no point has told of any.
    package var isEmpty: Bool { stepsDone.isEmpty }

    /// The metrics' names, in the order in which they were first told.
    package var metricNames: [String] { metrics.map(\.name) }

    /// The newest value of a metric; nil where none was told.
    package func newest(of name: String) -> Double? {
        metrics.first { $0.name == name }?.values.last { !$0.isNaN }
    }

    /// What was told at a point.
    package subscript(index: Int) -> Row {
        guard !isEmpty else { return Row(metrics: []) }
        func known(_ value: Int64) -> Int64? { value == Self.unknown ? nil : value }
        func known(_ value: Double) -> Double? { value.isNaN ? nil : value }
        return Row(
            stepsDone: known(stepsDone[index]), learningRate: known(learningRates[index]),
            gpuMemoryUsage: known(memory[index]), metrics: metrics.map { known($0.values[index]) })
    }

    /// Adds a row behind so many others.
    mutating func append(_ details: RunDetails?, behind count: Int) {
        guard details != nil || !isEmpty else { return }
        if isEmpty {
            stepsDone = Array(repeating: Self.unknown, count: count)
            learningRates = Array(repeating: .nan, count: count)
            memory = Array(repeating: Self.unknown, count: count)
        }
        stepsDone.append(details?.stepsDone ?? Self.unknown)
        learningRates.append(details?.learningRate ?? .nan)
        memory.append(details?.gpuMemoryUsage ?? Self.unknown)
        let told = details?.metrics ?? []
        for metric in told where !metrics.contains(where: { $0.name == metric.name }) {
            guard metrics.count < Self.nameLimit else {
                dropped += 1
                continue
            }
            metrics.append(
                Column(name: metric.name, values: Array(repeating: .nan, count: count)))
        }
        for index in metrics.indices {
            let name = metrics[index].name
            metrics[index].values.append(told.first { $0.name == name }?.value ?? .nan)
        }
    }

    /// Takes over a row of another curve.
    mutating func append(_ index: Int, of other: RunColumns, behind count: Int) {
        append(other.details(at: index), behind: count)
    }

    /// What was told at a point, as details; nil where nothing was.
    package func details(at index: Int) -> RunDetails? {
        guard !isEmpty else { return nil }
        let row = self[index]
        let told = zip(metricNames, row.metrics).compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        return try? RunDetails(
            stepsDone: row.stepsDone, learningRate: row.learningRate,
            gpuMemoryUsage: row.gpuMemoryUsage, metrics: told)
    }

    /// Keeps the rows of these indices.
    mutating func keep(_ rows: some Sequence<Int>) {
        guard !isEmpty else { return }
        let rows = Array(rows)
        stepsDone = rows.map { stepsDone[$0] }
        learningRates = rows.map { learningRates[$0] }
        memory = rows.map { memory[$0] }
        for index in metrics.indices {
            metrics[index].values = rows.map { [values = metrics[index].values] in values[$0] }
        }
        if rows.isEmpty { metrics = [] }
    }

    mutating func removeLast() {
        guard !isEmpty else { return }
        stepsDone.removeLast()
        learningRates.removeLast()
        memory.removeLast()
        for index in metrics.indices { metrics[index].values.removeLast() }
    }
}

extension RunColumns {
    func write(to writer: inout CheckpointWriter) {
        writer.write(stepsDone) { $0.write($1) }
        writer.write(learningRates) { $0.write($1) }
        writer.write(memory) { $0.write($1) }
        writer.write(metrics) { writer, column in
            writer.write(column.name)
            writer.write(column.values) { $0.write($1) }
        }
        writer.write(Int64(dropped))
    }

    /// - Parameter count: the points of the curve.
    init(from reader: inout CheckpointReader, count: Int) throws(CheckpointError) {
        func integer(_ reader: inout CheckpointReader) throws(CheckpointError) -> Int64 {
            try reader.integer()
        }
        func double(_ reader: inout CheckpointReader) throws(CheckpointError) -> Double {
            try reader.double()
        }
        stepsDone = try reader.array(integer)
        learningRates = try reader.array(double)
        memory = try reader.array(integer)
        metrics = try reader.array { reader throws(CheckpointError) in
            Column(name: try reader.string(), values: try reader.array(double))
        }
        dropped = Int(try reader.integer() as Int64)
        let rows = isEmpty ? 0 : count
        guard stepsDone.count == rows, learningRates.count == rows, memory.count == rows,
            metrics.allSatisfy({ $0.values.count == rows }), metrics.count <= Self.nameLimit
        else { throw CheckpointError() }
    }
}
