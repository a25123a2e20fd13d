import Glibc
import Pulse

/// The bytes of a document that is named on the command line: from a file, a pipe or standard
/// input.
enum DocumentInput {
    /// Why there are none, for a person.
    struct ReadError: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }

        init(code: Int32) {
            description = SystemError.text(code)
        }
    }

    /// At most one byte more than a document may have: enough to see that it is too large.
    ///
    /// - Parameter file: a path, or `-` for standard input.
    static func read(_ file: String) throws(ReadError) -> [UInt8] {
        if file == "-" { return try read(STDIN_FILENO, isPipe: false) }
        // O_NONBLOCK: opening a pipe would wait for somebody who writes to it.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let descriptor = unsafe open(file, flags)
        guard descriptor >= 0 else { throw ReadError(code: errno) }
        defer { close(descriptor) }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { throw ReadError(code: errno) }
        return try read(descriptor, isPipe: information.st_mode & S_IFMT == S_IFIFO)
    }

    private static func read(_ descriptor: Int32, isPipe: Bool) throws(ReadError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: PulseDecoder.sizeLimit + 1)
        var count = 0
        var hasWaited = false
        while count < bytes.count {
            let got = unsafe bytes[count...].withUnsafeMutableBytes { rest in
                unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if got == 0 { break }
            if got < 0, errno == EINTR { continue }
            if got < 0, errno == EAGAIN {
                // Somebody has the pipe open and will write, as in `pulse check <(command)`.
                hasWaited = true
                var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&waited, 1, -1)
                continue
            }
            guard got > 0 else { throw ReadError(code: errno) }
            count += got
        }
        if isPipe, count == 0, !hasWaited { throw ReadError("a pipe that nobody writes to") }
        return Array(bytes[..<count])
    }
}
