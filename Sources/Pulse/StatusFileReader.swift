internal import Glibc

/// Reads a status file again and again, and keeps the last good state whatever happens to the file.
///
/// An unchanged file costs one `stat`, and so does one that is still missing. Everything else goes read → validate → swap
/// (`docs/PULSE-v1.md`): on any failure ``lastGood`` stays, ``error`` says why, and the next good
/// content is taken without further ado.
public struct StatusFileReader: Sendable {
    /// What one poll of the file brought.
    public enum Outcome: Sendable {
        /// Nothing new is known.
        case unchanged
        /// The file was written, and it is valid. The content may be the same: its writer is alive.
        /// Of a document of version 2 it is the projection.
        case accepted(TrainingStatus)
        /// The file can't be read, or what it holds isn't PULSE.
        case rejected(PulseError)
    }

    /// The last good state; nil when there was none yet.
    ///
    /// A document of version 2 without a loss has the run's last one (`docs/PULSE-v2.md` §5).
    public private(set) var lastGood: TrainingStatus?
    /// The last good document; nil when there was none yet.
    public private(set) var lastDocument: PulseDocument?
    /// Why the newest poll found no good state; nil while the source is ok.
    public private(set) var error: PulseError?

    /// The document that the newest poll found good, as it was written; nil when it found none.
    package var document: [UInt8]? { error == nil ? seen?.file.bytes : nil }

    /// What is known of a file that was read.
    private struct Sighting {
        var file: FileContent
        /// Polls since the file was opened last.
        var polls = 0
    }

    private let path: String
    private let calls: Syscalls
    private var seen: Sighting?
    /// What is missing, and for how many polls that is believed already; nil while nothing is.
    private var absence: (what: FileError, polls: Int)?

    /// Every this many polls the file is opened though `stat` sees no change: NFS brings its idea
    /// of the file up to date at `open` only, and some FUSE file systems have no times worth the
    /// name.
    private static let pollsPerReading = 5

    /// - Parameter path: the file; symbolic links are followed. It need not exist yet.
    public init(path: String) {
        self.init(path: path, calls: .system)
    }

    package init(path: String, calls: Syscalls) {
        self.path = path
        self.calls = calls
    }

    /// Polls the file once.
    ///
    /// Never waits for a writer, not even at a FIFO.
    public mutating func read() -> Outcome {
        do throws(FileError) {
            // Nothing can be in a directory that still isn't there.
            if absence?.what == .noDirectory {
                if hasNoDirectory { throw FileError.call(ENOENT) }
                absence = nil
            }
            let status = try calls.stat(path)
            absence = nil
            guard status.isRegular else { throw FileError.notRegular }
            if isUnchanged(status.identity) { return .unchanged }
            let file = try FileContent(path: path, calls: calls)
            if let seen, seen.file.identity == file.identity, seen.file.bytes == file.bytes {
                self.seen = Sighting(file: file)
                return .unchanged
            }
            seen = Sighting(file: file)
            return decode(file)
        } catch {
            // The file may come back just as it was, and is an update then.
            seen = nil
            return reject(.file(name, whatIsMissing(error)))
        }
    }

    private mutating func isUnchanged(_ identity: FileIdentity) -> Bool {
        guard let seen, seen.file.identity == identity, !seen.file.isRacy else { return false }
        self.seen?.polls += 1
        return seen.polls + 1 < Self.pollsPerReading
    }

    private mutating func decode(_ file: FileContent) -> Outcome {
        do throws(PulseError) {
            guard let bytes = file.bytes else { throw PulseError.file(name, .tooLarge) }
            let document = try PulseDecoder.decodeDocument(bytes)
            let status = projection(of: document)
            lastDocument = document
            lastGood = status
            error = nil
            return .accepted(status)
        } catch {
            return reject(error)
        }
    }

    /// The six fields of a document: where it has no loss, that of the run before it.
    private func projection(of document: PulseDocument) -> TrainingStatus {
        guard !document.hasLoss, let lastGood, lastGood.status == .running,
            document.v1.status != .idle, document.v1.epoch >= lastGood.epoch
        else { return document.v1 }
        return document.v1.replacing(loss: lastGood.loss)
    }

    private mutating func reject(_ error: PulseError) -> Outcome {
        self.error = error
        return .rejected(error)
    }

    /// A missing file may be written yet; a missing directory is a path misspelt, or a mount that isn't there.
    ///
    /// Whether a directory has gone as well is asked now and then only.
    private mutating func whatIsMissing(_ error: FileError) -> FileError {
        guard error == .call(ENOENT) else {
            absence = nil
            return error
        }
        if let absence, absence.what == .noDirectory || absence.polls < Self.pollsPerReading {
            self.absence?.polls += 1
            return absence.what
        }
        let what = hasNoDirectory ? FileError.noDirectory : error
        absence = (what, 1)
        return what
    }

    private var hasNoDirectory: Bool {
        do throws(FileError) {
            _ = try calls.stat(SplitPath(path).directory)
            return false
        } catch {
            return error == .call(ENOENT)
        }
    }

    /// The last component: what the error says is shown to whoever may see the status, not to the
    /// owner alone.
    private var name: String { SplitPath(path).name }
}
