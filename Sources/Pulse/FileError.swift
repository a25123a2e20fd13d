internal import Glibc

/// What can go wrong with a file, as opposed to a document.
package enum FileError: Error, Hashable {
    /// A system call failed with this `errno`.
    case call(CInt)
    /// Neither the file is there nor the directory that it is to be in.
    case noDirectory
    /// A directory, FIFO, device or socket stands where a file must.
    case notRegular
    case tooLarge
    /// It was never the same before and after being read.
    case changing

    var reason: PulseError.Reason {
        switch self {
        case .call(ENOENT), .noDirectory: .missing
        case .call(EACCES), .call(EPERM): .permissionDenied
        case .notRegular, .call(EISDIR), .call(ENXIO): .notRegular
        case .call: .ioError
        case .tooLarge: .tooLarge
        case .changing: .changing
        }
    }

    /// To be read in the middle of a sentence.
    package var description: String {
        switch self {
        case .call(let code): SystemError.text(code)
        case .noDirectory: "its directory does not exist"
        case .notRegular: "not a regular file"
        case .tooLarge: "larger than \(PulseDecoder.sizeLimit) bytes"
        case .changing: "changes all the time while it is read"
        }
    }
}

extension PulseError {
    /// A failure on the file of this name.
    static func file(_ name: String, _ error: FileError) -> PulseError {
        PulseError(error.reason, "\(name): \(error.description)")
    }

    /// A directory that can't be listed.
    package static func directory(_ path: String, _ error: FileError) -> PulseError {
        file(path, error)
    }

    /// A source that nobody could poll any more: its file system or network hangs, or no thread is
    /// left for it.
    package static func overdue(_ label: String) -> PulseError {
        PulseError(.ioError, "\(label): the last poll of it is too long ago")
    }
}
