package import Logging

/// Tells of what is passed over: one line for each file, for all beyond the limit, and for a directory
/// that can't be listed.
package struct SkippedLog: Sendable {
    /// One line, and how much it matters.
    struct Line: Equatable {
        let level: Logger.Level
        let text: String
    }

    private var named: Set<String> = []
    private var hasSaidTooMany = false
    private var directoryError: String?
    private let use: String

    /// So many files are named at most: others can make as many as they like.
    private static let limit = 100

    /// - Parameter use: what isn't done with such a file: "served", "sent".
    package init(use: String) {
        self.use = use
    }

    /// Logs what is new of it.
    package mutating func take(_ skipped: SkippedFiles, to logger: Logger) {
        for line in news(in: skipped) { logger.log(level: line.level, "\(line.text)") }
    }

    mutating func news(in skipped: SkippedFiles) -> [Line] {
        var lines: [Line] = []
        for (name, reason) in skipped.examples.sorted(by: { $0.key < $1.key }) {
            guard named.count < Self.limit, named.insert("\(name)/\(reason)").inserted else {
                continue
            }
            lines.append(
                Line(
                    level: reason.asksForFix ? .warning : .info,
                    text: "\(name) isn't \(use): \(reason.explanation)"))
            if named.count == Self.limit {
                lines.append(Line(level: .warning, text: "files beyond these aren't named"))
            }
        }
        if !hasSaidTooMany, let text = skipped.tooManyText(use) {
            lines.append(Line(level: .warning, text: text))
            hasSaidTooMany = true
        }
        if skipped.directoryError != directoryError {
            lines.append(
                skipped.directoryError.map {
                    Line(level: .warning, text: "the runs can't be listed: \($0)")
                } ?? Line(level: .info, text: "the runs can be listed again"))
        }
        directoryError = skipped.directoryError
        return lines
    }
}

extension SkippedFiles {
    /// How many are beyond the limit, for a person; nil where none is.
    package func tooManyText(_ use: String) -> String? {
        counts[.tooMany].map {
            "\($0) \($0 == 1 ? "isn't" : "aren't") \(use): \(Reason.tooMany.explanation)"
        }
    }
}

extension SkippedFiles.Reason {
    /// Whether somebody has to do something: not for another program's file, nor for one that is being
    /// written for the first time.
    package var asksForFix: Bool {
        switch self {
        case .invalidName, .sameName, .tooMany: true
        case .unreadable, .neverValid: false
        }
    }

    /// Why, for a person.
    package var explanation: String {
        switch self {
        case .invalidName:
            "its name can't be a run's, which has letters, digits, '.', '_' and '-', begins with one of the "
                + "first two, isn't 'events', and has at most 128 bytes"
        case .sameName: "another has the same name"
        case .unreadable: "it can't be read, as its mode forbids it or it is no regular file"
        case .neverValid: "it has never held valid PULSE"
        case .tooMany: "there are more than may be"
        }
    }
}
