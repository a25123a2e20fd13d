internal import Glibc

/// The reason of an error, as some output tells it.
struct FoundReason: Hashable, Sendable {
    /// What the line is worth that tells it.
    let worth: OutputRules.Worth
    /// One line; not empty.
    let text: String

    init(_ text: String, worth: OutputRules.Worth) {
        (self.text, self.worth) = (text, worth)
    }

    /// Whether it may say why a command ended so.
    ///
    /// Who is killed gives no reason: what it wrote before is none, unless it names an error.
    func explains(_ termination: Termination) -> Bool {
        termination != .killed(SIGKILL) || worth > .text
    }

    /// Of what was written to stderr and what was written to stdout, the one to be believed.
    ///
    /// What is written last to stdout is a number or a greeting. It counts where it names an error, and
    /// stderr names none: behind `2>&1 | tee log` in a script, or with a logger that writes there.
    static func best(error: FoundReason?, output: FoundReason?) -> FoundReason? {
        guard let output, output.worth >= .error, error?.worth ?? .nothing <= .text else {
            return error
        }
        return output
    }
}

extension FoundReason {
    /// As one process tells it to another: a digit for the worth, then the text in UTF-8.
    var packet: [UInt8] { [UInt8(ascii: "0") + UInt8(worth.rawValue)] + text.utf8 }

    /// nil where there is no text.
    init?(packet: ArraySlice<UInt8>) {
        guard packet.count > 1, let digit = packet.first, digit >= UInt8(ascii: "0"),
            let worth = OutputRules.Worth(rawValue: Int(digit - UInt8(ascii: "0")))
        else { return nil }
        self.init(String(decoding: packet.dropFirst(), as: UTF8.self), worth: worth)
    }
}
