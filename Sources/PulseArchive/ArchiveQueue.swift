internal import PulseMonitor

/// What waits to be written into the archive, and who waits for that.
struct ArchiveQueue: Sendable {
    var batches: [ArchiveBatch] = []
    /// Of what those, or others before them, are to tell.
    var changes: [OutboxChange] = []
    /// Whether the server tells of its sources, once it has begun with those that were there.
    var tells: Bool?
    /// What goes on once all of this is written, or can't be.
    var waiting: [@Sendable () -> Void] = []
    var isScheduled = false
    var isUp = true
    /// Grows whenever something had to be forgotten, or was another server's to write: sources begin
    /// anew with a checkpoint.
    var losses = 0
    /// The addresses of sources that another server keeps.
    var refused: Set<String> = []
    /// Is told, on the archive's thread, when runs have begun, ended or gone.
    var changed: (@Sendable () -> Void)?

    var isEmpty: Bool { batches.isEmpty && changes.isEmpty && tells == nil }
    /// What waits at most, in batches: about a megabyte.
    var isFull: Bool { batches.count + changes.count >= 10_000 }

    /// Forgets what is to be written.
    mutating func empty() { (batches, changes) = ([], []) }

    /// Takes out who waits, to be called when the lock is given back.
    mutating func takeWaiting() -> [@Sendable () -> Void] {
        defer { waiting = [] }
        return waiting
    }
}
