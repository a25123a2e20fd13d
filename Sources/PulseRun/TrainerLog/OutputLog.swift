/// What a command's output tells of a training: the bars that tqdm draws, and the lines that the
/// Trainer prints.
///
/// Pure.
/// It sees the end of the output now and then, never all of it: what a command prints costs no more
/// the more it prints.
struct OutputLog: Sendable {
    private var lines = SeenLines()
    private var bars = OutputBars()
    /// What a line has named: it is the epoch of the step that the bar behind it shows, because tqdm draws
    /// that anew.
    private var epoch: Double?
    private var last: [ProgressReport] = []
    /// Whether a bar of a training was seen.
    private(set) var hasBar = false

    /// Bytes from the end that are looked at.
    static let window = 4_096

    /// What the end of the output says that is new, in its order.
    mutating func reports(of tail: OutputTail) -> [ProgressReport] {
        var newest = ProgressReport()
        var paired: ProgressReport?
        for line in lines.lines(of: tail) {
            if read(OutputLine.plain(line[...]), &newest), newest.step != nil, let named = epoch {
                paired = newest
                paired?.epoch = named
                epoch = nil
            }
        }
        if !hasBar { (newest.epoch, epoch) = (epoch, nil) }
        var found = [newest]
        if let paired {
            let isNewest = paired.step == newest.step && paired.loss == newest.loss
            found = isNewest ? [paired] : [paired, newest]
        }
        found.removeAll { $0 == ProgressReport() }
        let before = last
        last = found
        return found.compactMap { report in
            guard before.contains(where: { Self.isSame($0.progress, report.progress) }) else {
                return report
            }
            let isKnown = before.contains { $0.details == report.details }
            return isKnown ? nil : ProgressReport(details: report.details)
        }
    }

    /// What isn't a measure, or stands in a field of its own.
    private static let fields: Set = ["loss", "epoch", "step", "learning_rate", "lr"]

    private func takeDetails(_ line: [UInt8], _ report: inout ProgressReport) {
        var details = ReportDetails()
        for (name, value) in OutputNumbers.all(in: line) {
            if ["learning_rate", "lr"].contains(name) { details.take(rate: value) }
            if !Self.fields.contains(name) { details.take(metric: name, value) }
        }
        report.details.take(details)
    }

    /// Takes a line; true for a bar of a training.
    private mutating func read(
        _ line: [UInt8], _ report: inout ProgressReport
    ) -> Bool {
        let bar =
            line.contains(UInt8(ascii: "%"))
            ? OutputBar(String(decoding: line, as: UTF8.self)) : nil
        if let bar {
            guard let place = bars.take(bar) else { return false }
            hasBar = true
            switch place {
            case .steps(let done, let total):
                (report.step, report.totalSteps) = (done, total)
            case .epochs(let done, let total):
                (report.step, report.totalSteps) = (nil, nil)
                (report.epoch, report.totalEpochs) = (done, total)
            }
        }
        // A line for people may name anything; the Trainer's are dictionaries.
        let isDictionary = line.first == UInt8(ascii: "{")
        guard bar != nil || isDictionary else { return false }
        if let loss = OutputNumbers.value(of: "loss", in: line) { report.loss = loss }
        if isDictionary, let norm = OutputNumbers.value(of: "grad_norm", in: line) {
            report.hasLostGradient = norm.isNaN
        }
        takeDetails(line, &report)
        if isDictionary, let named = OutputNumbers.value(of: "epoch", in: line),
            named.isFinite, named >= 0
        {
            epoch = named
        }
        return bar != nil
    }

    /// NaN is the same as NaN here.
    private static func isSame(_ one: ProgressReport, _ other: ProgressReport) -> Bool {
        var (one, other) = (one, other)
        guard one.loss?.isNaN == other.loss?.isNaN else { return false }
        if one.loss?.isNaN == true { (one.loss, other.loss) = (nil, nil) }
        return one == other
    }
}
