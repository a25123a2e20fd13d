/// What one check found, in one line, and what to do about it, in another.
package struct Finding: Sendable, Equatable {
    /// How bad it is.
    package enum Level: String, Sendable, CaseIterable {
        case ok
        /// Worth knowing; nothing is wrong.
        case note
        /// Something that makes Pulse show less than the truth, or nothing.
        case problem
    }

    /// The stable name of what was checked, for scripts.
    package let check: String
    package let level: Level
    package let text: String
    /// nil where there is nothing to do.
    package let fix: String?

    static func ok(_ check: String, _ text: String) -> Finding {
        Finding(check: check, level: .ok, text: text, fix: nil)
    }

    static func note(_ check: String, _ text: String, fix: String?) -> Finding {
        Finding(check: check, level: .note, text: text, fix: fix)
    }

    static func problem(_ check: String, _ text: String, fix: String) -> Finding {
        Finding(check: check, level: .problem, text: text, fix: fix)
    }
}
