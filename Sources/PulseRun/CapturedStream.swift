internal import Glibc

/// The end of stderr or stdout, while a command runs and after.
struct CapturedStream: Sendable {
    /// What the command gets in place of ours; nil when it gets ours.
    let entrance: Int32?
    private let descriptor: Int32
    private let source: Source

    private enum Source: Sendable {
        case nothing
        case file(offset: Int64)
        /// The descriptors where the output relay answers, and where the newest output arrives.
        case outputRelay(Int32, window: Int32)
    }

    /// - Parameters:
    ///   - descriptor: the stream's number.
    ///   - isWanted: whether what is written may pass through us at all.
    init(
        _ descriptor: Int32, _ way: CapturePlan.Way, isWanted: Bool,
        inheritance: SignalQueue.Inheritance
    ) {
        self.descriptor = descriptor
        switch way {
        case .file(let offset):
            source = .file(offset: offset)
            entrance = nil
        case .outputRelay(let isTerminal) where isWanted:
            guard
                let relay = OutputRelayProcess(
                    to: descriptor, isTerminal: isTerminal, inheritance: inheritance)
            else {
                fallthrough
            }
            source = .outputRelay(relay.control, window: relay.window)
            entrance = relay.entrance
        case .outputRelay, .none:
            source = .nothing
            entrance = nil
        }
    }

    /// Whether anything of it is read.
    var isHeard: Bool {
        if case .nothing = source { false } else { true }
    }

    /// The reason of an error so far; nil when there was none or it can't be known.
    func reason() -> FoundReason? {
        switch source {
        case .nothing: nil
        case .file(let offset):
            ErrorReason.find(in: tail(from: offset, window: ErrorReason.window).bytes)
        case .outputRelay(let control, _): OutputRelayProcess.reason(control)
        }
    }

    /// The end of the output while the command runs; nil when nothing has come since the last call.
    func newest() -> OutputTail? {
        switch source {
        case .nothing: nil
        case .file(let offset): tail(from: offset, window: OutputLog.window)
        case .outputRelay(_, let window): OutputWindow.newest(from: window)
        }
    }

    /// The end of the file behind the stream, without what was there before.
    ///
    /// - Parameter window: bytes that are read at most.
    private func tail(from offset: Int64, window: Int) -> OutputTail {
        // Our descriptor may be for writing only; this opens the same file anew.
        let file = unsafe open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
        var status = stat()
        let nothing = OutputTail(end: offset, bytes: [])
        guard file >= 0 else { return nothing }
        defer { close(file) }
        guard unsafe fstat(file, &status) == 0 else { return nothing }
        let start = max(offset, Int64(status.st_size) - Int64(window))
        var bytes = [UInt8](repeating: 0, count: window)
        let count = unsafe pread(file, &bytes, bytes.count, off_t(start))
        let end = start + Int64(max(count, 0))
        return OutputTail(end: end, bytes: Array(bytes.prefix(max(count, 0))))
    }
}
