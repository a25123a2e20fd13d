import ArgumentParser
import Glibc
import Pulse

/// `pulse check`: is this a valid PULSE v1 document, and if not, why.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check whether a file is a valid PULSE v1 document.",
        discussion:
            "Exit code 0 and a line when it is valid; 1, the reason, the field and the byte offset when not."
    )

    @Argument(help: "The file; - reads standard input.")
    var file: String

    func run() throws {
        do {
            let status = try PulseDecoder.decode(try bytes())
            CommandOutput.line(
                "\(file): valid PULSE v1: \(String(decoding: PulseEncoder.encode(status), as: UTF8.self))"
            )
        } catch let error as PulseError {
            let field = error.field.map { " field=\($0.rawValue)" } ?? ""
            let offset = error.offset.map { " offset=\($0)" } ?? ""
            CommandOutput.line(
                "\(file): \(error.description) [reason=\(error.reason.rawValue)\(field)\(offset)]")
            throw ExitCode.failure
        }
    }

    /// At most one byte more than a document may have: enough to see that it is too large.
    private func bytes() throws -> [UInt8] {
        let descriptor = file == "-" ? STDIN_FILENO : unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { if file != "-" { close(descriptor) } }
        var bytes = [UInt8](repeating: 0, count: PulseDecoder.sizeLimit + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes[count...].withUnsafeMutableBytes { rest in
                unsafe read(descriptor, rest.baseAddress, rest.count)
            }
            if got == 0 { break }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw unreadable() }
            count += got
        }
        return Array(bytes[..<count])
    }

    private func unreadable() -> ExitCode {
        CommandOutput.error("cannot read \(file): \(unsafe String(cString: strerror(errno)))")
        return ExitCode.failure
    }
}
