internal import Glibc
internal import Synchronization

/// Something that another thread can ring once, to end a wait in poll(2).
///
/// A pipe whose writing end is closed: that is readable for ever, and takes no room that could run
/// out.
final class Alarm: Sendable {
    /// Readable from the moment it rings; -1, which poll(2) passes over, when no pipe could be had.
    let descriptor: Int32
    private let writingEnd: Mutex<Int32>
    private let rung = Atomic(false)

    init() {
        var ends: [Int32] = [-1, -1]
        if unsafe pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        descriptor = ends[0]
        writingEnd = Mutex(ends[1])
    }

    var hasRung: Bool { rung.load(ordering: .acquiring) }

    func ring() {
        rung.store(true, ordering: .releasing)
        writingEnd.withLock { end in
            if end >= 0 { close(end) }
            end = -1
        }
    }

    deinit {
        ring()
        if descriptor >= 0 { close(descriptor) }
    }
}
