/// The bar: a share of a width in columns.
enum ProgressBar {
    /// - Parameters:
    ///   - share: from 0 to 1.
    ///   - isUnicode: whether eighths of a column can be drawn.
    static func text(share: Double, width: Int, isUnicode: Bool) -> (full: String, empty: String) {
        guard isUnicode else {
            let full = Int(share * Double(width))
            return (
                String(repeating: "#", count: full), String(repeating: "-", count: width - full)
            )
        }
        let eighths = Int(share * Double(width) * 8)
        let part = eighths % 8 == 0 ? "" : String(parts[eighths % 8 - 1])
        let full = String(repeating: "█", count: eighths / 8) + part
        return (full, String(repeating: "░", count: width - full.count))
    }

    private static let parts = Array("▏▎▍▌▋▊▉")
}

/// The small curve: one column for each stretch of a run.
enum SparkLine {
    static func text(_ values: [Double], width: Int, isUnicode: Bool) -> String {
        let means = means(of: values, count: min(width, values.count))
        guard let low = means.min(), let high = means.max() else { return "" }
        let levels = isUnicode ? blocks : ascii
        return String(
            means.map { mean in
                // Halves: a difference of two doubles may be no double any more.
                let span = high / 2 - low / 2
                let share = span > 0 ? (mean / 2 - low / 2) / span : 0.5
                return levels[min(Int(share * Double(levels.count)), levels.count - 1)]
            })
    }

    /// The values in so many stretches of equal length, each by its mean.
    private static func means(of values: [Double], count: Int) -> [Double] {
        (0..<max(count, 0)).map { index in
            let stretch = values[values.count * index / count..<values.count * (index + 1) / count]
            return stretch.reduce(0) { $0 + $1 / Double(stretch.count) }
        }
    }

    private static let blocks = Array("▁▂▃▄▅▆▇█")
    private static let ascii = Array("_.-~^")
}
