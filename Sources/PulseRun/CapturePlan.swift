internal import Glibc

/// How the end of stderr and stdout is come by, so that the command can't tell: pure.
///
/// A file is read afterwards; nothing stands in between. Whatever else a stream is has to pass
/// through us: through a pseudo-terminal if it is a terminal, so that colours and bars stay,
/// else through a pipe. Stdout goes the way of stderr when it is the same terminal or pipe, so that
/// the order of what is written to both stays what it was.
struct CapturePlan: Hashable, Sendable {
    enum Way: Hashable, Sendable {
        /// Left alone.
        case none
        /// A file; what the command adds begins here.
        case file(offset: Int64)
        case outputRelay(isTerminal: Bool)
    }

    var error: Way
    /// nil when it goes the way of stderr.
    var output: Way?

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
        self.error = Way(error)
        self.output = output != nil && output == error ? nil : Way(output)
    }
}

extension CapturePlan.Way {
    fileprivate init(_ target: CapturePlan.Target?) {
        switch target?.kind {
        case nil: self = .none
        case .file(let size): self = .file(offset: size)
        case .terminal: self = .outputRelay(isTerminal: true)
        case .other: self = .outputRelay(isTerminal: false)
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
