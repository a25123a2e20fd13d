import ArgumentParser
import Pulse

/// `pulse check`: is this a valid PULSE v1 document, and if not, why.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check whether a file is a valid PULSE document, of version 1 or 2.",
        discussion: """
            For those who write status files themselves:
              pulse check status.json
              curl -s http://localhost:8080/status | pulse check -

            Exit codes: 0 and a line when it is valid; 1 and the reason, the field and the byte offset when it \
            is not, or when it can't be read.
            """)

    @Argument(help: "The file; - reads standard input.", completion: .file())
    var file: String

    func run() throws {
        do {
            let document = try PulseDecoder.decodeDocument(try DocumentInput.read(file))
            let spelling = String(decoding: PulseEncoder.encode(document), as: UTF8.self)
            print("valid PULSE v\(document.version): \(spelling)")
        } catch let error as PulseError {
            let field = error.field.map { " field=\($0.rawValue)" } ?? ""
            let offset = error.offset.map { " offset=\($0)" } ?? ""
            print("\(error.description) [reason=\(error.reason.rawValue)\(field)\(offset)]")
            throw ExitCode.failure
        } catch let error as DocumentInput.ReadError {
            CommandOutput.error("cannot read \(file): \(error.description)")
            throw ExitCode.failure
        }
    }

    private func print(_ verdict: String) {
        CommandOutput.line(PrintableText.escaping("\(file): \(verdict)"))
    }
}
