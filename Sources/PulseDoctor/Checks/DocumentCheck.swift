internal import Pulse

/// Whether the file holds a PULSE document, of version 1 or 2, and what its writer gets wrong when not.
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
            let document = try PulseDecoder.decodeDocument(bytes)
            let state = document.v1.status.rawValue
            return [.ok(name, "The document is valid PULSE v\(document.version): \(state).")]
        } catch {
            let members = members(of: bytes)
            let version = members?["version"] == nil ? "PULSE v1" : "PULSE v2"
            return [.problem(name, "The document is not \(version): \(error).", fix: fix(error))]
                + fields(of: members)
        }
    }

    private static func unreadable(_ facts: Facts, _ error: PulseError) -> Finding {
        let path = facts.statusFile
        switch error.reason {
        case .missing:
            let directory = ShellWord.quoted(facts.directory.path)
            let mount =
                facts.directory.isEmpty
                ? " Its directory is empty: if a disk or a share is to be there, it isn't mounted; see "
                    + "findmnt -T \(directory)"
                : ""
            return .note(
                name, "There is no \(path) yet: it is served as idle, \"Waiting to start...\".",
                fix: "Nothing is wrong before the job starts; else compare both paths.\(mount)")
        case .permissionDenied:
            return .problem(
                name, "\(path) can't be read by this user.", fix: permission(facts.file, path))
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

    /// Who is to let this user read the file, or what it leads to.
    private static func permission(_ file: FileFacts, _ path: String) -> String {
        let target = file.link ?? path
        guard let mode = file.mode else {
            // Nor its mode: a directory of its path is closed to this user.
            let directory = ShellWord.quoted(SplitPath(target).directory)
            return "Let this user into the directories of \(target): chmod o+x \(directory)"
        }
        return mode & 0o077 == 0
            ? ModeAdvice.temporaryFile
            : "Let others read it: chmod o+r \(ShellWord.quoted(target)), and umask 022 for the trainer"
    }

    /// The document's members, where it is JSON at all.
    private static func members(of bytes: [UInt8]) -> [String: JSONValue]? {
        guard case .object(let members)? = JSONValue(bytes) else { return nil }
        return members
    }

    /// The fields that are missing or too many, all of them: the decoder stops at the first.
    private static func fields(of members: [String: JSONValue]?) -> [Finding] {
        // Of another version, nothing is known.
        guard let members, members["version"].map({ $0 == .number(2) }) ?? true else {
            return []
        }
        let (known, version) =
            members["version"] == nil
            ? (PulseError.Field.ofVersion1, "v1") : (PulseError.Field.allCases, "v2")
        let names = known.map(\.rawValue)
        let missing = names.filter { members[$0] == nil }
        let unknown = members.keys.filter { !names.contains($0) }.sorted()
        var findings: [Finding] = []
        if !missing.isEmpty {
            let fix = version == "v1" ? "Write all six" : "Write all, null where it isn't known"
            findings.append(
                .problem(
                    "fields", "Fields are missing: \(missing.joined(separator: ", ")).",
                    fix: "\(fix): \(names.joined(separator: ", "))"))
        }
        if !unknown.isEmpty {
            let isOfVersion2 = unknown.allSatisfy { PulseError.Field(rawValue: $0) != nil }
            let text = PrintableText.escaping(unknown.joined(separator: ", "))
            findings.append(
                .problem(
                    "fields", "Fields are there that PULSE \(version) doesn't have: \(text).",
                    fix: isOfVersion2
                        ? "Write \"version\": 2 first, with all fields of PULSE v2, or leave them out."
                        : "Leave them out, or put their values into the message."))
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
        case .wrongType where error.field == .metrics:
            "Write numbers alone into metrics, and leave out what isn't known."
        case .wrongType:
            "Write the types of PULSE v1: strings for status and message, numbers for the rest."
        case .unsupportedVersion: "Write \"version\": 2, or the six fields of v1 without a version."
        case .overflow where error.field == .totalSteps, .negative where error.field == .totalSteps:
            "Write null where the steps are unlimited."
        case .zero: "Write null where it isn't known."
        case .tooManyMetrics: "Write the 64 that matter most."
        case .invalidName: "Name metrics with A-Z, a-z, 0-9 and _./@:- alone."
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
