/// A progress bar as tqdm draws it: pure.
///
///     Epoch 2/3:  30%|███   | 3/10 [00:03<00:07,  1.01s/it, loss=0.5]
struct OutputBar: Hashable, Sendable {
    /// What stands before it, without the colon.
    var title: String
    var done: Double
    /// nil for a loop without a length.
    var total: Double?
    /// The part that is done, for a bar whose count can't be read.
    var percent: Double
    /// Seconds since its loop began; nil where it doesn't say so.
    var elapsed: Double?

    /// Loops that are no training: data that is got ready, models that are loaded, evaluations.
    private static let others = [
        "map", "filter", "load", "download", "fetch", "generat", "token", "eval", "valid", "test",
        "predict", "sanity", "sampl", "sav", "pack", "truncat", "adding", "convert", "creat",
        "resolving", "shard", "prepar", "extract", "cach", "apply", "writ", "comput",
    ]

    /// nil for a line that is no bar.
    init?(_ line: String) {
        guard let sign = line.range(of: "%|"),
            let bracket = line.range(of: "|", after: sign.upperBound)
        else { return nil }
        let before = line[..<sign.lowerBound]
        let digits = String(before.reversed().prefix { $0.isNumber || $0 == "." }.reversed())
        guard let percent = Double(digits), percent >= 0, percent <= 100 else { return nil }
        self.percent = percent
        title = String(before.dropLast(digits.count)).split(separator: " ").joined(separator: " ")
        if title.hasSuffix(":") { title.removeLast() }
        // Without its bracket it is half of a bar.
        let rest = line[bracket.upperBound...]
        guard let times = rest.firstIndex(of: "[") else { return nil }
        let time = rest[rest.index(after: times)...].prefix { $0 != "<" }
        // What isn't ended by its sign may be half of a time.
        elapsed = time.endIndex < rest.endIndex ? Self.seconds(time) : nil
        let count = rest[..<times].filter { $0 != " " }
        let parts = count.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let done = Self.number(parts[0]) else { return nil }
        self.done = done
        total = Self.number(parts[1])
    }

    /// Whether it may be a training's.
    var isTraining: Bool {
        let title = title.lowercased()
        return !Self.others.contains { title.contains($0) }
    }

    /// The epoch in the title, `Epoch 2/3` or `Epoch 2`, and the number of them; nil for none.
    var epoch: (number: Double, total: Double?)? {
        let words = title.lowercased().split { " :[]()".contains($0) }
        guard let index = words.firstIndex(where: { $0 == "epoch" }), index + 1 < words.count
        else { return nil }
        let parts = words[index + 1].split(separator: "/")
        guard let number = parts.first.flatMap(Self.number) else { return nil }
        return (number, parts.count == 2 ? Self.number(parts[1]) : nil)
    }

    /// The title, its numbers left out: `Train 1` and `Train 2` are one loop's.
    var kind: String {
        String(title.filter { !$0.isNumber })
    }

    /// The part that is done, 0 to 1.
    var part: Double {
        total.map { $0 > 0 ? min(done / $0, 1) : 0 } ?? percent / 100
    }

    /// A bar that counts the epochs themselves.
    var countsEpochs: Bool { ["epoch", "epochs"].contains(title.lowercased()) }

    /// `01:30` or `1:01:30`.
    private static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":").map { Double($0) }
        guard (2...3).contains(parts.count) else { return nil }
        return parts.reduce(0) { sum, part in sum.flatMap { sum in part.map { sum * 60 + $0 } } }
    }

    /// With the letters of `unit_scale`: 1.5k.
    private static func number(_ text: Substring) -> Double? {
        let scale = ["k": 1e3, "M": 1e6, "G": 1e9][String(text.suffix(1))]
        let number = Double(scale == nil ? text : text.dropLast()).map { $0 * (scale ?? 1) }
        return number.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}

extension String {
    /// Where a text begins and ends; nil when it isn't there.
    fileprivate func range(of text: String, after start: Index? = nil) -> Range<Index>? {
        var index = start ?? startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) {
                return index..<self.index(index, offsetBy: text.count)
            }
            index = self.index(after: index)
        }
        return nil
    }
}
