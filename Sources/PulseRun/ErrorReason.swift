/// What a person would pick out of a failed program's output as the reason: pure.
///
/// The exception of the newest traceback that isn't a launcher's, else a line that names an error,
/// else the last line that isn't known to say nothing (``OutputRules``).
struct ErrorReason: Sendable {
    /// Bytes from the end that are searched: the tracebacks of sixteen ranks.
    static let window = 262_144
    /// Characters at most of each part: it becomes part of a status message.
    private static let limit = 300
    /// What so many lines came after was survived: the program went on.
    private static let reach = 40

    /// A line, or an exception with the lines of its text.
    private struct Item {
        /// What an exception is worth; nil of a line, which is judged when it is its turn.
        var worth: OutputRules.Worth?
        var lines: [[UInt8]]
        /// Whether it stood in a frame.
        var isFramed = false
    }

    private var items: [Item] = []
    private var tracebacks:
        [[UInt8]: (traceback: Traceback, worth: OutputRules.Worth, item: Int?)] = [:]
    /// The last line with text of each label.
    private var newest: [[UInt8]: [UInt8]] = [:]
    /// The indentation of the line whose indented lines belong to it, by label.
    private var blocks: [[UInt8]: Int] = [:]

    /// nil when there is none.
    static func find(in output: [UInt8]) -> FoundReason? {
        var reason = ErrorReason()
        for line in OutputLine.lines(of: searched(output)) { reason.take(line) }
        return reason.best()
    }

    /// The end of the output, from the first whole line in it on.
    private static func searched(_ output: [UInt8]) -> [UInt8] {
        guard output.count >= window else { return output }
        return Array(output.suffix(window).drop { $0 != 0x0A && $0 != 0x0D })
    }

    private mutating func take(_ line: OutputLine) {
        defer { if !line.text.isEmpty { newest[line.label] = line.text } }
        if let traceback = Traceback(line) {
            let worth = OutputRules.worth(ofTracebackAfter: newest[line.label] ?? [])
            tracebacks[line.label] = (traceback, worth, nil)
            blocks[line.label] = nil
            return
        }
        if take(line, intoTraceback: line.label) || line.text.isEmpty { return }
        if let indent = blocks[line.label] {
            if line.indent > indent { return }
            blocks[line.label] = nil
        }
        if let text = line.framed { return take(text, framedAfter: newest[line.label] ?? []) }
        if OutputRules.blocks.match(line.text) { blocks[line.label] = line.indent }
        // An error that ends with a colon is named in the next line.
        if let item = items.last, item.worth == nil, let before = item.lines.last,
            before.last == UInt8(ascii: ":"), before.count < Self.limit,
            OutputRules.worth(of: before) == .error
        {
            items[items.count - 1].lines = [before + [0x20] + line.text]
        } else {
            items.append(Item(worth: nil, lines: [line.text]))
        }
    }

    /// Takes a line within a frame: all of them are one text.
    private mutating func take(_ text: [UInt8], framedAfter before: [UInt8]) {
        if let item = items.last, item.isFramed, OutputLine.framed(before) != nil {
            if item.lines[0].count < Self.limit { items[items.count - 1].lines[0] += [0x20] + text }
        } else {
            let worth = OutputRules.errorFrame.matches(before) ? OutputRules.Worth.error : nil
            items.append(Item(worth: worth, lines: [text], isFramed: true))
        }
    }

    private mutating func take(_ line: OutputLine, intoTraceback label: [UInt8]) -> Bool {
        guard var open = tracebacks[label] else { return false }
        let part = open.traceback.take(line)
        switch part {
        case nil:
            tracebacks[label] = nil
            return false
        case .frame: break
        case .exception:
            let worth = min(open.worth, OutputRules.worth(ofException: line.text))
            open.item = items.count
            items.append(Item(worth: worth, lines: [line.text]))
            // What follows a launcher's exception is a report of its own.
            if worth == .nothing {
                tracebacks[label] = nil
                return true
            }
        case .text:
            if let item = open.item { items[item].lines.append(line.text) }
        }
        tracebacks[label] = open
        return true
    }

    /// The newest of those that are worth most.
    private func best() -> FoundReason? {
        var best: FoundReason?
        // A launcher's is better than none.
        var wrapper: String?
        var others = 0
        for item in items.reversed() {
            let worth = item.worth ?? OutputRules.worth(of: item.lines[0])
            if worth == .text { others += 1 }
            if worth > best?.worth ?? .nothing, let text = Self.text(of: item) {
                best = FoundReason(text, worth: worth)
            }
            if worth == .nothing, wrapper == nil, item.worth != nil {
                wrapper = item.lines.first.map(Self.short)
            }
            if others == Self.reach { break }
        }
        return best ?? wrapper.map { FoundReason($0, worth: .text) }
    }

    /// The first and the last line of a text; nil when there is nothing to read in it.
    private static func text(of item: Item) -> String? {
        func tells(_ line: [UInt8]) -> Bool {
            OutputRules.worth(of: line) != .nothing && !OutputRules.isMark(line)
        }
        var lines = item.lines
        // An exception is itself, even one that is called as warnings are.
        guard let begin = item.worth == .exception ? 0 : lines.firstIndex(where: tells) else {
            return nil
        }
        var end = max(begin, lines.lastIndex(where: tells) ?? begin)
        // A name without a text: the text begins in the next line.
        if end > begin, lines[begin].last == UInt8(ascii: ":"),
            !lines[begin].contains(UInt8(ascii: " "))
        {
            lines[begin] += [0x20] + lines.remove(at: begin + 1)
            end -= 1
        }
        guard !OutputRules.isMark(lines[begin]) else { return nil }
        let first = short(lines[begin])
        guard end > begin else { return first }
        let hasMore = lines[begin + 1..<end].contains(where: tells)
        return first + (hasMore ? " … " : " ") + short(lines[end])
    }

    private static func short(_ line: [UInt8]) -> String {
        // torchrun's report names a signal where it has no traceback.
        let label = Array("traceback : ".utf8)
        let text = String(
            decoding: line.starts(with: label) ? line.dropFirst(label.count) : line[...],
            as: UTF8.self)
        return text.count > limit ? text.prefix(limit - 1) + "…" : text
    }
}
