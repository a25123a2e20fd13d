import Glibc
import Pulse

/// Lines for the person or script that called: results on stdout, errors on stderr, each written at
/// once.
enum CommandOutput {
    static func line(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Something to know that is no result: it must not get between those of others.
    static func note(_ text: String) {
        error(text)
    }

    static func error(_ text: String) {
        write("pulse: \(PrintableText.escaping(text))\n", to: STDERR_FILENO)
    }

    /// Whoever doesn't read must not stop the command: a failed write is passed over.
    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { rest in
                unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
