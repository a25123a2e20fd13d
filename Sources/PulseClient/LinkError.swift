internal import Pulse

/// Why the server can't be reached or understood, for a person.
package struct LinkError: Error, CustomStringConvertible, Equatable {
    package let description: String

    /// The server sends nothing in time.
    package static let noAnswer = LinkError("no answer")

    package init(_ description: String) {
        self.description = description
    }

    /// The system's reason, to be read in the middle of a sentence: `connection refused`.
    init(code: Int32) {
        description = SystemError.text(code)
    }
}
