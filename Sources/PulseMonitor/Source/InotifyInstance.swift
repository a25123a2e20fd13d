internal import Glibc
internal import Pulse

/// One instance of inotify(7): what watchers of a file and of a runs directory share.
struct InotifyInstance: ~Copyable {
    private var descriptor: Int32 = -1

    /// What replaces, finishes or removes a file.
    ///
    /// Not `IN_MODIFY`: a file that is still being written in place would be read torn at every
    /// write.
    private static let changes = UInt32(
        IN_MOVED_TO | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)
    /// What ends a watch, or may end it: after these it is set anew.
    fileprivate static let endings = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Watches a directory.
    ///
    /// - Parameter more: events beside those that concern files.
    /// - Returns: the watch; -1 when it can't be had: there is no such directory, or the user has
    ///   too many.
    mutating func watch(_ directory: String, more: UInt32 = 0) -> Int32 {
        if descriptor < 0 { descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }
        guard descriptor >= 0 else { return -1 }
        return unsafe inotify_add_watch(
            descriptor, directory, Self.changes | Self.endings | more | UInt32(IN_ONLYDIR))
    }

    func remove(_ watch: Int32) {
        if watch >= 0 { inotify_rm_watch(descriptor, watch) }
    }

    /// Begins anew with another instance: an event of an old watch would be taken for one of the
    /// next.
    mutating func reset() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Waits for events.
    ///
    /// - Returns: whether there are some; false when the time is over, or it was cancelled.
    func wait(until end: ContinuousClock.Instant, cancellation: CancellationPipe) -> Bool {
        while true {
            var descriptors = [
                pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
                // poll(2) passes over a negative descriptor.
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(
                &descriptors, nfds_t(descriptors.count), (end - .now).pollTimeout)
            if ready == 0 || cancellation.isCancelled || (ready < 0 && errno != EINTR) {
                return false
            }
            if ready > 0 { return true }
        }
    }

    /// Reads all pending events.
    func drain(_ body: (InotifyEvents.Event) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            for event in InotifyEvents(buffer[..<count]) { body(event) }
        }
    }
}

extension InotifyEvents.Event {
    /// Whether events were lost.
    var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }

    /// Whether its watch has ended, or may have.
    var isEnding: Bool { mask & InotifyInstance.endings != 0 }

    /// Whether it concerns a directory in the one that is watched.
    var isDirectory: Bool { mask & UInt32(IN_ISDIR) != 0 }
}
