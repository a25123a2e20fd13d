internal import Glibc
internal import Synchronization

/// Ends a blocking wait in poll(2), from any thread and for good.
///
/// A pipe whose writing end is closed: that is readable for ever, and takes no room that could run
/// out.
package final class CancellationPipe: Sendable {
    /// Readable from the moment of ``cancel()``; -1, which poll(2) passes over, when no pipe could be had.
    package let descriptor: Int32
    private let writingEnd: Mutex<Int32>
    private let cancelled = Atomic(false)

    package init() {
        var ends: [Int32] = [-1, -1]
        if unsafe pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        descriptor = ends[0]
        writingEnd = Mutex(ends[1])
    }

    package var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    package func cancel() {
        cancelled.store(true, ordering: .releasing)
        writingEnd.withLock { end in
            if end >= 0 { close(end) }
            end = -1
        }
    }

    /// Returns when `duration` is over, or at once when it is cancelled.
    package func wait(atMost duration: Duration) {
        let end = ContinuousClock.now + duration
        while !isCancelled {
            let left = end - .now
            guard left > .zero else { return }
            var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waited, 1, left.pollTimeout)
        }
    }

    deinit {
        cancel()
        if descriptor >= 0 { close(descriptor) }
    }
}

extension Duration {
    /// Milliseconds for poll(2).
    ///
    /// Rounded up: a wait that ends early would go round in a busy loop. At most what an `int` holds.
    package var pollTimeout: Int32 {
        Int32(min((max(.zero, self) / .milliseconds(1)).rounded(.up), Double(Int32.max)))
    }
}
