import Testing

@testable import PulseWatch

@Suite("Gauges")
struct GaugesTests {
    @Test(
        "fills the bar by eighths of a column",
        arguments: [
            (0, "", "░░░░"), (0.5, "██", "░░"), (0.53125, "██▏", "░"), (0.25, "█", "░░░"),
            (0.999, "███▉", ""), (1, "████", ""),
        ])
    func bar(_ share: Double, _ full: String, _ empty: String) {
        let bar = ProgressBar.text(share: share, width: 4, isUnicode: true)
        #expect(bar.full == full)
        #expect(bar.empty == empty)
    }

    @Test("always has the width that is asked for, in ASCII too", arguments: [true, false])
    func width(_ isUnicode: Bool) {
        for thousandth in 0...1_000 {
            let bar = ProgressBar.text(
                share: Double(thousandth) / 1_000, width: 13, isUnicode: isUnicode)
            #expect(bar.full.count + bar.empty.count == 13)
        }
        let bar = ProgressBar.text(share: 0.5, width: 4, isUnicode: false)
        #expect(bar.full + bar.empty == "##--")
    }

    @Test("draws the curve between its lowest and its highest value")
    func spark() {
        #expect(SparkLine.text([3, 2, 1, 0], width: 9, isUnicode: true) == "█▆▃▁")
        #expect(SparkLine.text([0, 1], width: 9, isUnicode: false) == "_^")
        #expect(SparkLine.text([], width: 9, isUnicode: true) == "")
        #expect(SparkLine.text([1], width: 0, isUnicode: true) == "")
    }

    @Test("draws a constant in the middle, and many values by their means")
    func means() {
        #expect(SparkLine.text([5, 5, 5], width: 3, isUnicode: true) == "▅▅▅")
        #expect(SparkLine.text([4, 2, 1, -1], width: 2, isUnicode: true) == "█▁")
        #expect(
            SparkLine.text(Array(repeating: 1, count: 1_000), width: 40, isUnicode: true).count
                == 40)
    }

    @Test("survives the largest doubles")
    func extremes() {
        let most = Double.greatestFiniteMagnitude
        #expect(SparkLine.text([most, -most], width: 2, isUnicode: true) == "█▁")
        #expect(SparkLine.text([most, most, most, -most], width: 2, isUnicode: true) == "█▁")
    }
}
