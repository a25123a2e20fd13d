internal import Glibc

/// How the end of stderr is come by, so that the command can't tell: pure.
///
/// A file is read afterwards; nothing stands in between. Whatever else stderr is has to pass
/// through us: through a pseudo-terminal if it is a terminal, so that colours and bars stay,
/// else through a pipe. Stdout goes the same way when it is the same terminal or pipe, so that
/// the order of what is written to both stays what it was.
enum CapturePlan: Hashable, Sendable {
    /// stderr is left alone.
    case none
    /// stderr is a file; what the command adds begins here.
    case file(offset: Int64)
    case outputRelay(isTerminal: Bool, withOutput: Bool)

    /// What a standard descriptor is.
    struct Target: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            case terminal, file(size: Int64), other
        }

        var kind: Kind
        /// The file system and the file in it.
        var identity: [UInt64]
    }

    /// - Parameters: what stdout and stderr are; nil for a closed one.
    init(output: Target?, error: Target?) {
        switch error?.kind {
        case nil: self = .none
        case .file(let size): self = .file(offset: size)
        case .terminal: self = .outputRelay(isTerminal: true, withOutput: output == error)
        case .other: self = .outputRelay(isTerminal: false, withOutput: output == error)
        }
    }
}

extension CapturePlan.Target {
    /// nil for a closed descriptor.
    init?(descriptor: Int32) {
        var status = stat()
        guard StandardDescriptors.isInherited(descriptor),
            unsafe fstat(descriptor, &status) == 0
        else { return nil }
        identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
        if isatty(descriptor) == 1 {
            kind = .terminal
        } else if status.st_mode & S_IFMT == S_IFREG {
            kind = .file(size: Int64(status.st_size))
        } else {
            kind = .other
        }
    }
}

/// What stderr tells of a failure, while a command runs and after.
struct OutputCapture: Sendable {
    /// What the command gets in place of ours.
    let descriptors: [(ours: Int32, theirs: Int32)]
    private let source: Source

    private enum Source: Sendable {
        case nothing
        case file(offset: Int64)
        /// The descriptors where the output relay answers, and where the newest output arrives.
        case outputRelay(Int32, window: Int32)
    }

    /// - Parameter isWanted: whether what is written may pass through us at all.
    init(isWanted: Bool, inheritance: SignalQueue.Inheritance) {
        let plan = CapturePlan(
            output: CapturePlan.Target(descriptor: STDOUT_FILENO),
            error: CapturePlan.Target(descriptor: STDERR_FILENO))
        switch plan {
        case .file(let offset):
            source = .file(offset: offset)
            descriptors = []
        case .outputRelay(let isTerminal, let withOutput) where isWanted:
            guard let relay = OutputRelayProcess(isTerminal: isTerminal, inheritance: inheritance)
            else {
                fallthrough
            }
            source = .outputRelay(relay.control, window: relay.window)
            descriptors =
                [(relay.entrance, STDERR_FILENO)]
                + (withOutput ? [(relay.entrance, STDOUT_FILENO)] : [])
        case .outputRelay, .none:
            source = .nothing
            descriptors = []
        }
    }

    /// To be called when the command has started: from then on only it can write.
    func closeEntrance() {
        if let entrance = descriptors.first?.ours { close(entrance) }
    }

    /// The reason of an error so far; nil when there was none or it can't be known.
    func reason() -> String? {
        switch source {
        case .nothing: nil
        case .file(let offset):
            ErrorReason.find(in: Self.tail(from: offset, window: ErrorReason.window))
        case .outputRelay(let control, _): OutputRelayProcess.reason(control)
        }
    }

    /// The end of the output while the command runs; nil when nothing has come since the last call.
    func newest() -> [UInt8]? {
        switch source {
        case .nothing: nil
        case .file(let offset): Self.tail(from: offset, window: OutputLog.window)
        case .outputRelay(_, let window): OutputWindow.newest(from: window)
        }
    }

    /// The end of the file behind stderr, without what was there before.
    ///
    /// - Parameter window: bytes that are read at most.
    private static func tail(from offset: Int64, window: Int) -> [UInt8] {
        // Our descriptor may be for writing only; this opens the same file anew.
        let file = unsafe open("/proc/self/fd/\(STDERR_FILENO)", O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard file >= 0 else { return [] }
        defer { close(file) }
        guard unsafe fstat(file, &status) == 0 else { return [] }
        let start = max(offset, Int64(status.st_size) - Int64(window))
        var bytes = [UInt8](repeating: 0, count: window)
        let count = unsafe pread(file, &bytes, bytes.count, off_t(start))
        return Array(bytes.prefix(max(count, 0)))
    }
}
