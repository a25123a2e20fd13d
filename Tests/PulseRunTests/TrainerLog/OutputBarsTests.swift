import Testing

@testable import PulseRun

@Suite("OutputBars")
struct OutputBarsTests {
    private typealias Place = OutputBars.Place

    /// Where a training is after each of some bars: a title, a count of a total, and seconds.
    private func places(_ bars: [(String, Double, Double, Int)]) throws -> [Place?] {
        var all = OutputBars()
        return try bars.map { title, done, total, seconds in
            let percent = Int(done / total * 100)
            let head = title.isEmpty ? "" : "\(title): "
            let time = "00:0\(seconds)<00:09, 4.0it/s"
            let line = "\(head)\(percent)%|###   | \(Int(done))/\(Int(total)) [\(time)]"
            return all.take(try #require(OutputBar(line)))
        }
    }

    @Test(
        "a bar within another one is a part of its epochs, titled or not",
        arguments: ["", "Epochs", "Round"])
    func nested(title: String) throws {
        let places = try places([
            (title, 0, 3, 0), ("", 0, 8, 0), ("", 4, 8, 1), ("", 8, 8, 2), (title, 1, 3, 2),
            ("", 0, 8, 0), ("", 4, 8, 1), ("", 8, 8, 2), (title, 2, 3, 4), ("", 0, 8, 0),
            ("", 8, 8, 2), (title, 3, 3, 6), (title, 3, 3, 6),
        ])
        let epochs = [0, 0.5, 1, 1, 1, 1.5, 2, 2, 2, 3, 3, 3].map { Place.epochs($0, of: 3) }
        #expect(Array(places.dropFirst()) == epochs)
        #expect(places[0] == (title == "Epochs" ? .epochs(0, of: 3) : nil))
    }

    @Test("the outer one may be drawn late")
    func late() throws {
        let places = try places([
            ("", 0, 3, 0), ("", 8, 8, 2), ("", 0, 8, 0), ("", 1, 8, 0), ("", 1, 3, 2),
            ("", 2, 8, 0),
        ])
        let epochs = [1, 1, 1, 1, 1.25].map { Place.epochs($0, of: 3) }
        #expect(Array(places.dropFirst()) == epochs)
    }

    @Test("a bar that begins again is the next epoch, whatever number its title has")
    func restarts() throws {
        let places = try places([
            ("Train 0", 4, 8, 1), ("Train 0", 8, 8, 2), ("Train 1", 0, 8, 0), ("Train 1", 4, 8, 1),
            ("Train 2", 2, 8, 0),
        ])
        #expect(
            places == [
                .steps(4, of: 8), .steps(8, of: 8), .epochs(1, of: nil), .epochs(1.5, of: nil),
                .epochs(2.25, of: nil),
            ])
    }

    @Test("an evaluation after each epoch is no epoch")
    func evaluations() throws {
        let places = try places([
            ("", 8, 8, 2), ("", 0, 3, 0), ("", 3, 3, 1), ("", 0, 8, 0), ("", 8, 8, 2),
            ("", 0, 3, 0),
            ("", 3, 3, 1), ("", 4, 8, 1),
        ])
        #expect(
            places == [
                .steps(8, of: 8), nil, nil, .epochs(1, of: nil), .epochs(2, of: nil), nil, nil,
                .epochs(2.5, of: nil),
            ])
    }

    @Test("an evaluation in the middle of a training moves nothing")
    func evaluationWithin() throws {
        let places = try places([
            ("", 0, 24, 0), ("", 10, 24, 3), ("", 0, 40, 0), ("", 40, 40, 1), ("", 11, 24, 4),
            ("", 20, 24, 6), ("", 0, 40, 0), ("", 5, 40, 0), ("", 24, 24, 7), ("", 0, 40, 0),
            ("", 40, 40, 1),
        ])
        let steps: [Double?] = [nil, 10, nil, nil, 11, 20, nil, nil, 24, nil, nil]
        #expect(places == steps.map { $0.map { .steps($0, of: 24) } })
    }

    @Test("a training follows on what was got ready")
    func preparation() throws {
        #expect(
            try places([("", 8, 8, 1), ("", 1, 48, 0), ("", 2, 48, 1)])
                == [.steps(8, of: 8), .steps(1, of: 48), .steps(2, of: 48)])
        // Short as it is, it begins again.
        #expect(
            try places([("", 48, 48, 1), ("", 8, 8, 2), ("", 1, 8, 0), ("", 4, 8, 1)])
                == [.steps(48, of: 48), nil, .epochs(1.125, of: nil), .epochs(1.5, of: nil)])
    }

    @Test("an outer loop of the same length is no restart")
    func sameLength() throws {
        let places = try places([
            ("", 8, 8, 2), ("", 1, 8, 3), ("", 0, 8, 0), ("", 4, 8, 1), ("", 8, 8, 2),
            ("", 2, 8, 5),
        ])
        #expect(places.last == .some(nil))
        #expect(places[4] == .epochs(2, of: nil))
    }

    @Test("tells no more bars apart than a program draws")
    func bounded() throws {
        let bars = (1...1_000).map { ("", Double($0), Double(100_000 + $0), 1) }
        #expect(try places(bars).compactMap(\.self).count <= 16)
    }
}
