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
    private var last: [ProgressReport] = []
    /// Whether a bar of a training was seen.
    private(set) var hasBar = false

    /// Bytes from the end that are looked at.
    static let window = 4_096

    /// What the end of the output says that is new, in its order.
    mutating func reports(of tail: [UInt8]) -> [ProgressReport] {
        var newest = ProgressReport()
        // A line names the epoch of the step that the bar behind it shows: tqdm draws it anew.
        var epoch: Double?
        var paired: ProgressReport?
        for line in tail.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            if read(Array(line), &newest, &epoch), newest.step != nil, let named = epoch {
                paired = newest
                paired?.epoch = named
                epoch = nil
            }
        }
        if !hasBar { newest.epoch = epoch }
        var found = [newest]
        if let paired {
            let isNewest = paired.step == newest.step && paired.loss == newest.loss
            found = isNewest ? [paired] : [paired, newest]
        }
        found.removeAll { $0 == ProgressReport() }
        let before = last
        last = found
        return found.filter { report in !before.contains { Self.isSame($0, report) } }
    }

    /// Takes a line; true for a bar of a training.
    private mutating func read(
        _ line: [UInt8], _ report: inout ProgressReport, _ epoch: inout Double?
    ) -> Bool {
        let bar =
            line.contains(UInt8(ascii: "%"))
            ? OutputBar(String(decoding: line, as: UTF8.self)) : nil
        if let bar {
            guard bar.isTraining else { return false }
            hasBar = true
            place(bar, &report)
        }
        // A line for people may name anything; the Trainer's are dictionaries.
        let isDictionary = line.first == UInt8(ascii: "{")
        guard bar != nil || isDictionary else { return false }
        if let loss = OutputNumbers.value(of: "loss", in: line) { report.loss = loss }
        if isDictionary, let named = OutputNumbers.value(of: "epoch", in: line),
            named.isFinite, named >= 0
        {
            epoch = named
        }
        return bar != nil
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
    private static func isSame(_ one: ProgressReport, _ other: ProgressReport) -> Bool {
        var (one, other) = (one, other)
        guard one.loss?.isNaN == other.loss?.isNaN else { return false }
        if one.loss?.isNaN == true { (one.loss, other.loss) = (nil, nil) }
        return one == other
    }
}
