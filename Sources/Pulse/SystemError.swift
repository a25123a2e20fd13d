internal import Glibc

/// The system's words for an `errno`.
package enum SystemError {
    /// The text, to be read in the middle of a sentence: `permission denied`.
    package static func text(_ code: Int32) -> String {
        let text = unsafe String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
