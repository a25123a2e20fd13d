internal import Glibc

/// Where what is watched is shown.
struct WatchOutput {
    private enum Form {
        case documents
        case lines
        case screen(Terminal, FramePainter)
    }

    private var form: Form
    /// Whether nobody reads any more.
    private(set) var isClosed = false

    /// - Parameter terminal: nil when standard output is none.
    init(showsDocuments: Bool, terminal: Terminal?) {
        if showsDocuments {
            form = .documents
        } else if let terminal {
            form = .screen(terminal, FramePainter())
        } else {
            form = .lines
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

    mutating func show(_ view: inout some WatchView, at now: Moment) {
        switch form {
        case .documents: break
        case .lines:
            let lines = view.lines(at: now).map { "\(TimeText.ofLog(now.unixTime)) \($0)\n" }
            if !lines.isEmpty { write(lines.joined()) }
        case .screen(let terminal, var painter):
            let (columns, rows) = terminal.size
            let size = ScreenSize(columns: columns, rows: rows, isUnicode: terminal.isUnicode)
            write(
                painter.frame(
                    view.screen(size, at: now), columns: columns, rows: rows,
                    inColor: terminal.hasColor))
            form = .screen(terminal, painter)
        }
    }

    /// Gives the terminal back, the last frame left where it is.
    mutating func end() {
        guard case .screen(let terminal, var painter) = form else { return }
        write(painter.end())
        form = .screen(terminal, painter)
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
