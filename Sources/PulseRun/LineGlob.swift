/// What a line of output looks like: `*` stands for any text, `#` for one or more digits.
struct LineGlob: Hashable, Sendable, ExpressibleByStringLiteral {
    private let pattern: [UInt8]

    init(stringLiteral pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    private static let anything = UInt8(ascii: "*")
    private static let digits = UInt8(ascii: "#")

    /// Whether the whole line looks like it.
    func matches(_ line: [UInt8]) -> Bool {
        var (wanted, place) = (0, 0)
        // Where to go on when what follows the newest `*` doesn't fit: one byte further.
        var retry: (wanted: Int, place: Int)?
        while true {
            if wanted < pattern.count, pattern[wanted] == Self.anything {
                wanted += 1
                retry = (wanted, place)
                if wanted == pattern.count { return true }
            } else if place < line.count, wanted < pattern.count,
                let next = after(place, in: line, for: pattern[wanted])
            {
                (wanted, place) = (wanted + 1, next)
            } else if wanted == pattern.count, place == line.count {
                return true
            } else if let last = retry, last.place < line.count {
                retry = (last.wanted, last.place + 1)
                (wanted, place) = (last.wanted, last.place + 1)
            } else {
                return false
            }
        }
    }

    /// The place behind what one character of the pattern takes; nil when it takes nothing there.
    private func after(_ place: Int, in line: [UInt8], for wanted: UInt8) -> Int? {
        guard wanted == Self.digits else { return line[place] == wanted ? place + 1 : nil }
        let end = line[place...].firstIndex { !(0x30...0x39).contains($0) } ?? line.count
        return end > place ? end : nil
    }
}

extension [LineGlob] {
    /// Whether any of them matches.
    func match(_ line: [UInt8]) -> Bool {
        contains { $0.matches(line) }
    }
}
