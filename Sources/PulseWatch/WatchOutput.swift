internal import Glibc

/// Where a watched run is shown.
struct WatchOutput {
    private enum Form {
        case documents
        case lines(PlainLines)
        case screen(Terminal, FramePainter)
    }

    private var form: Form
    /// Whether nobody reads any more.
    private(set) var isClosed = false
    private let name: String
    private let isWaitingForEnd: Bool

    /// - Parameters:
    ///   - name: what is watched, for a person.
    ///   - terminal: nil when standard output is none.
    init(name: String, isWaitingForEnd: Bool, showsDocuments: Bool, terminal: Terminal?) {
        self.name = name
        self.isWaitingForEnd = isWaitingForEnd
        if showsDocuments {
            form = .documents
        } else if let terminal {
            form = .screen(terminal, FramePainter())
        } else {
            form = .lines(PlainLines())
        }
    }

    /// Whether time alone changes what is shown.
    var needsTicks: Bool {
        if case .documents = form { false } else { true }
    }

    /// Whether it is drawn in place, on a terminal that must be given back.
    var isScreen: Bool {
        if case .screen = form { true } else { false }
    }

    mutating func document(_ document: [UInt8]) {
        guard case .documents = form, let line = DocumentLine.of(document) else { return }
        write(line + [UInt8(ascii: "\n")])
    }

    mutating func begin() {
        guard isScreen else { return }
        FatalSignals.restoreTerminal()
        write(FramePainter.begin)
    }

    mutating func show(_ state: WatchState, at now: Moment) {
        let text = WatchText(
            state: state, verdict: Verdict(state), now: now, name: name,
            isWaitingForEnd: isWaitingForEnd, timeOfDay: Self.timeOfDay)
        switch form {
        case .documents: break
        case .lines(var lines):
            if let line = lines.line(text) {
                // As in the server's log: UTC, RFC 3339.
                let time = Self.format("%Y-%m-%dT%H:%M:%SZ", now.unixTime, isLocal: false)
                write("\(time) \(line)\n")
            }
            form = .lines(lines)
        case .screen(let terminal, var painter):
            let (columns, rows) = terminal.size
            let screen = WatchScreen(columns: columns, rows: rows, isUnicode: terminal.isUnicode)
            write(
                painter.frame(
                    screen.lines(text), columns: columns, rows: rows, inColor: terminal.hasColor))
            form = .screen(terminal, painter)
        }
    }

    /// Gives the terminal back, the last frame left where it is.
    mutating func end() {
        guard case .screen(let terminal, var painter) = form else { return }
        write(painter.end())
        form = .screen(terminal, painter)
    }

    /// Of the place where the terminal is.
    private static func timeOfDay(_ time: Int64) -> String {
        format("%H:%M:%S", time, isLocal: true)
    }

    private static func format(_ form: String, _ time: Int64, isLocal: Bool) -> String {
        var time = time_t(time)
        var parts = unsafe tm()
        _ = unsafe isLocal ? localtime_r(&time, &parts) : gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = unsafe strftime(&buffer, buffer.count, form, &parts)
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private mutating func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Who doesn't read any more ends the command by SIGPIPE, unless that is ignored.
    private mutating func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                isClosed = true
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
