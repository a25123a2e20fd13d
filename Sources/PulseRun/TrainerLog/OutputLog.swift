/// What a command's output tells of a training: the bars that tqdm draws, and the lines that the
/// Trainer prints.
///
/// Pure.
/// It sees the end of the output now and then, never all of it: what a command prints costs no more
/// the more it prints.
struct OutputLog: Sendable {
    private var newest: OutputBar?
    /// Bars of the same length that were over before this one: epochs of a loop without titles.
    private var finished = 0.0
    /// The number of the first epoch: people count from 0, or from 1.
    private var firstEpoch: Double?
    private var last = ProgressReport()

    /// Bytes from the end that are looked at.
    static let window = 4_096

    /// What the end of the output says; nil when it says nothing new.
    mutating func report(of tail: [UInt8]) -> ProgressReport? {
        var report = ProgressReport()
        for line in tail.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            read(Array(line), &report)
        }
        guard report != ProgressReport(), !isSame(report) else { return nil }
        last = report
        return report
    }

    private mutating func read(_ line: [UInt8], _ report: inout ProgressReport) {
        let bar =
            line.contains(UInt8(ascii: "%"))
            ? OutputBar(String(decoding: line, as: UTF8.self)) : nil
        if let bar {
            guard bar.isTraining else { return }
            place(bar, &report)
        }
        // A line for people may name anything; the Trainer's are dictionaries.
        let isDictionary = line.first == UInt8(ascii: "{")
        guard bar != nil || isDictionary else { return }
        if let loss = OutputNumbers.value(of: "loss", in: line) { report.loss = loss }
        if isDictionary, let epoch = OutputNumbers.value(of: "epoch", in: line), epoch >= 0 {
            report.epoch = epoch.isFinite ? epoch : nil
        }
    }

    private mutating func place(_ bar: OutputBar, _ report: inout ProgressReport) {
        if bar.countsEpochs {
            report.epoch = bar.done
            report.totalEpochs = bar.total
            return
        }
        let part = bar.total.map { $0 > 0 ? min(bar.done / $0, 1) : 0 } ?? bar.percent / 100
        if let (number, total) = bar.epoch {
            firstEpoch = min(firstEpoch ?? number, number)
            report.epoch = number - (firstEpoch == 0 ? 0 : 1) + part
            report.totalEpochs = total
            newest = bar
            return
        }
        if let newest, newest.title == bar.title, newest.total == bar.total, bar.done < newest.done,
            newest.percent >= 99
        {
            finished += 1
        }
        newest = bar
        if finished > 0 {
            report.epoch = finished + part
            (report.step, report.totalSteps) = (nil, nil)
        } else {
            (report.step, report.totalSteps) = (bar.done, bar.total)
        }
    }

    /// NaN is the same as NaN here.
    private func isSame(_ report: ProgressReport) -> Bool {
        var (one, other) = (report, last)
        guard one.loss?.isNaN == other.loss?.isNaN else { return false }
        if one.loss?.isNaN == true { (one.loss, other.loss) = (nil, nil) }
        return one == other
    }
}
