internal import Pulse

/// Whether the file holds a PULSE v1 document, and what its writer gets wrong when not.
enum DocumentCheck {
    private static let name = "document"

    static func findings(_ facts: Facts) -> [Finding] {
        let bytes: [UInt8]
        do {
            bytes = try facts.file.content.get()
        } catch {
            return [unreadable(facts, error)]
        }
        do throws(PulseError) {
            let status = try PulseDecoder.decode(bytes)
            return [.ok(name, "The document is valid PULSE v1: \(status.status.rawValue).")]
        } catch {
            return [.problem(name, "The document is not PULSE v1: \(error).", fix: fix(error))]
                + fields(of: bytes)
        }
    }

    private static func unreadable(_ facts: Facts, _ error: PulseError) -> Finding {
        let path = facts.statusFile
        switch error.reason {
        case .missing:
            return .note(
                name, "There is no \(path) yet: it is served as idle, \"Waiting to start...\".",
                fix: "Nothing is wrong before the job starts; else compare both paths.")
        case .permissionDenied:
            return .problem(
                name, "\(path) can't be read by this user.",
                fix: facts.file.mode.map { $0 & 0o077 == 0 } == true
                    ? ModeAdvice.temporaryFile
                    : "Let others read it: chmod o+r \(ShellWord.quoted(path)), and umask 022 "
                        + "for the trainer")
        case .notRegular:
            return .problem(
                name, "\(path) is a directory, pipe or device: a status file is a regular file.",
                fix: "Give the status file's own path: --status-file DIRECTORY/status.json")
        case .tooLarge:
            return .problem(
                name, "\(path) is over \(PulseDecoder.sizeLimit) bytes.",
                fix: "Shorten the message: a status is one line, logs go elsewhere.")
        default:
            return .problem(
                name, "\(path) can't be read: \(error).",
                fix: "See the system's log: dmesg | tail")
        }
    }

    /// The fields that are missing or too many, all of them: the decoder stops at the first.
    private static func fields(of bytes: [UInt8]) -> [Finding] {
        guard case .object(let members)? = JSONValue(bytes) else { return [] }
        let known = PulseError.Field.allCases.map(\.rawValue)
        let missing = known.filter { members[$0] == nil }
        let unknown = members.keys.filter { !known.contains($0) }.sorted()
        var findings: [Finding] = []
        if !missing.isEmpty {
            findings.append(
                .problem(
                    "fields", "Fields are missing: \(missing.joined(separator: ", ")).",
                    fix: "Write all six: \(known.joined(separator: ", "))"))
        }
        if !unknown.isEmpty {
            let names = PrintableText.escaping(unknown.joined(separator: ", "))
            findings.append(
                .problem(
                    "fields", "Fields are there that PULSE v1 doesn't have: \(names).",
                    fix: "Leave them out, or put their values into the message."))
        }
        return findings
    }

    private static func fix(_ error: PulseError) -> String {
        switch error.reason {
        case .notFinite:
            "Write the last finite loss and say so in the message: training diverges."
        case .empty, .truncated, .changing:
            "Write a temporary file beside it and rename it: a reader saw half a document."
        case .byteOrderMark, .wrongEncoding, .invalidUTF8:
            "Write UTF-8 without a mark: open(..., encoding=\"utf-8\") in Python"
        case .wrongType where error.field == .timestamp:
            "Write an integer: int(time.time()) in Python"
        case .wrongType:
            "Write the types of PULSE v1: strings for status and message, numbers for the rest."
        case .overflow where error.field == .timestamp, .negative where error.field == .timestamp:
            "Write unix time in seconds: int(time.time()) in Python"
        case .unknownStatus: "Write one of idle, running, done, error."
        default: "Let pulse_wrapper, pulse write or another JSON library write it."
        }
    }
}

/// What to do about a mode that the next replacement takes away again.
enum ModeAdvice {
    /// mkstemp(3) makes a file that its owner alone may read, whatever the umask is.
    static let temporaryFile =
        "Have the writer set the mode before the rename: os.fchmod(fd, 0o644) in Python, fchmod(2). "
        + "A chmod lasts until the file is replaced; umask doesn't matter to mkstemp."
}
