// Compiled with the pure sources of `PulseRun` by the script `coverage`, not by the package: libFuzzer
// brings its own `main`.

/// Feeds one input of libFuzzer to a parser of what trainers write, which its first byte chooses.
///
/// None may trap or read out of bounds. What comes in pieces tells the same as in one, and a reason
/// is a line that a status can hold.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = input.first else { return 0 }
    let bytes = input.dropFirst()
    switch kind % 5 {
    case 0:
        var (whole, pieces) = (EventLog(since: 0), EventLog(since: 0))
        _ = whole.append(bytes)
        for byte in bytes.indices { _ = pieces.append(bytes[byte...byte]) }
        precondition(whole.problem == pieces.problem)
    case 1:
        var (whole, pieces) = (TableLog(), TableLog())
        let reports = whole.append(bytes)
        let same = bytes.indices.flatMap { pieces.append(bytes[$0...$0]) }
        precondition("\(reports)" == "\(same)")
    case 2:
        var lines = LineBuffer()
        var run = ReportedRun(plannedEpochs: nil)
        for line in lines.append(bytes) {
            if let report = LlamaFactoryLog.report(of: line) { run.accept(report) }
        }
        precondition(run.epoch.isFinite && run.totalEpochs.isFinite && run.loss.isFinite)
    case 3:
        var log = OutputLog()
        var run = ReportedRun(plannedEpochs: nil)
        for report in log.reports(of: OutputTail(end: Int64(bytes.count), bytes: Array(bytes))) {
            run.accept(report)
        }
        precondition(run.epoch.isFinite && run.totalEpochs.isFinite && run.loss.isFinite)
        precondition(run.epoch >= 0 && run.totalEpochs >= 0)
    default:
        let reason = ErrorReason.find(in: Array(bytes))?.text ?? "none"
        precondition(!reason.isEmpty && reason.count <= 1_000)
        precondition(!reason.unicodeScalars.contains { $0.value < 0x20 })
    }
    return 0
}
