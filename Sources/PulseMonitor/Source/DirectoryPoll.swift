internal import Pulse
internal import Synchronization

/// The files of a runs directory, and which of them are to be polled.
///
/// Shared by the thread that polls and the one that takes its place where a file hangs.
final class DirectoryPoll: Sendable {
    private struct State {
        var files: [SourceName: PolledFile] = [:]
        var listed = SkippedFiles()
        var reported: SkippedFiles?
        var tooMany = 0
        var namesChanged: Duration?
        /// A listing takes a while where a million other files lie: so long none follows.
        var nextListingAt = Duration.zero
    }

    let directory: String
    private let pollInterval: Duration
    private let limit: Int
    private let state = Mutex(State())

    /// So much longer than a listing took the next one waits.
    private static let rest = 10

    /// - Parameter limit: files at most.
    init(directory: String, pollInterval: Duration, limit: Int) {
        self.directory = directory
        self.pollInterval = pollInterval
        self.limit = limit
    }

    /// All files.
    var all: [PolledFile] { state.withLock { Array($0.files.values) } }

    /// The files that no poll has reached yet.
    var unpolled: [PolledFile] { all.filter { $0.nextAt == nil } }

    /// The files of these names, new ones among them.
    func files(named names: Set<SourceName>) -> [PolledFile] {
        let known = state.withLock { state in names.map { ($0, state.files[$0]) } }
        return known.compactMap { name, file in
            file ?? add(name, RunsListing.Candidate(file: "\(name).json"))
        }
    }

    /// The folders among them.
    var folders: [SourceName] {
        state.withLock { state in
            state.files.values.filter { $0.label.hasSuffix("/" + RunsListing.statusFile) }
                .map(\.name)
        }
    }

    /// Lists the directory again, if its names may have changed.
    ///
    /// - Parameters:
    ///   - isAsked: somebody has seen that they have.
    ///   - now: monotonic time since any fixed origin.
    /// - Returns: the names of sources that are given up.
    func list(isAsked: Bool, at now: () -> Duration) -> [NamedDelivery] {
        let begun = now()
        let status: Syscalls.FileStatus
        let listing: RunsListing
        do throws(PulseError) {
            status = try Self.status(of: directory)
            let isDue = state.withLock { state in
                begun >= state.nextListingAt
                    && (isAsked || state.listed.directoryError != nil
                        || state.namesChanged != status.settled)
            }
            guard isDue else { return [] }
            listing = try RunsListing(directory: directory)
        } catch {
            state.withLock { $0.listed.directoryError = error.description }
            return []
        }
        state.withLock { state in
            state.namesChanged = status.settled
            let end = now()
            state.nextListingAt = end + (end - begun) * Self.rest - pollInterval
            state.listed = listing.skipped
        }
        let lost = forget(allBut: listing)
        let added = listing.candidates.count { add($0.key, $0.value, on: status.device) != nil }
        state.withLock { $0.tooMany = listing.candidates.count - added }
        return lost
    }

    /// What is passed over now; nil when it is as it was reported last.
    func skipped() -> SkippedFiles? {
        state.withLock { state in
            var skipped = state.listed
            for file in state.files.values {
                if let reason = file.skipped { skipped.add(file.label, reason) }
            }
            skipped.add(tooMany: state.tooMany)
            guard skipped != state.reported else { return nil }
            state.reported = skipped
            return skipped
        }
    }

    /// Forgets files that are gone and never were a run, and where there are too many those that
    /// were, too.
    private func forget(allBut listing: RunsListing) -> [NamedDelivery] {
        state.withLock { state in
            var lost: [NamedDelivery] = []
            let wanted = listing.candidates.keys.count { state.files[$0] == nil }
            var room = limit - state.files.count - wanted
            for (name, file) in state.files where listing.candidates[name] == nil {
                guard !file.isRun || room < 0 else { continue }
                room += 1
                state.files[name] = nil
                if file.isRun { lost.append(NamedDelivery(name, label: file.label, nil)) }
            }
            return lost
        }
    }

    private func add(
        _ name: SourceName, _ candidate: RunsListing.Candidate, on device: UInt64? = nil
    ) -> PolledFile? {
        guard let device = device ?? (try? Self.status(of: directory))?.device else { return nil }
        return state.withLock { state in
            // A file wins over the folder of its name.
            if let file = state.files[name], file.label == candidate.file { return file }
            guard state.files.count < limit || state.files[name] != nil else { return nil }
            let file = PolledFile(
                name, candidate, directory: directory, device: device, pollInterval: pollInterval)
            state.files[name] = file
            return file
        }
    }

    private static func status(of directory: String) throws(PulseError) -> Syscalls.FileStatus {
        do throws(FileError) {
            return try Syscalls.system.stat(directory)
        } catch {
            throw .directory(directory, error)
        }
    }
}

extension Syscalls.FileStatus {
    /// When names changed last; nil while they could change again without a trace.
    fileprivate var settled: Duration? {
        isRacy(at: Syscalls.system.now()) ? nil : namesChanged
    }
}
