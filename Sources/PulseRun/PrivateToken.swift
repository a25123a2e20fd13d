internal import Glibc

/// A random secret in a file that only this user can read; it goes when the run ends.
struct PrivateToken: Sendable {
    /// 64 hexadecimal digits.
    let text: String
    /// The file that holds it.
    let path: String
    private let directory: String

    /// nil when there is no place for it.
    ///
    /// - Parameter temporary: the directory for temporary files.
    init?(in temporary: String) {
        // 0700 from the start (mkdtemp(3)): nobody can put anything in the file's way.
        guard let pattern = unsafe strdup("\(temporary)/pulse-XXXXXX") else { return nil }
        defer { unsafe free(pattern) }
        guard unsafe mkdtemp(pattern) != nil else { return nil }
        directory = unsafe String(cString: pattern)
        path = directory + "/token"
        var source = SystemRandomNumberGenerator()
        text = (0..<4).map { _ in
            let digits = String(source.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
        guard Self.write(text, to: path) else {
            remove()
            return nil
        }
    }

    func remove() {
        unsafe unlink(path)
        unsafe rmdir(directory)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        return close(file) == 0 && count == bytes.count
    }
}
