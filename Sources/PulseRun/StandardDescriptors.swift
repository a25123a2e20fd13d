internal import Glibc

/// The descriptors 0, 1 and 2, which may be closed when a process starts.
package enum StandardDescriptors {
    /// Opens /dev/null for each that is closed.
    ///
    /// The next file or socket would get its number, and what is meant for people would go there.
    ///
    /// - Parameter isInherited: whether child processes get /dev/null as well; otherwise they find
    ///   these descriptors closed, as they would without us.
    package static func fill(isInherited: Bool) {
        let flags = O_RDWR | (isInherited ? 0 : O_CLOEXEC)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is the one.
            let opened = unsafe open("/dev/null", flags)
            if opened > descriptor { close(opened) }
        }
    }

    /// Whether a child process would find this one open.
    static func isInherited(_ descriptor: Int32) -> Bool {
        let flags = fcntl(descriptor, F_GETFD)
        return flags >= 0 && flags & FD_CLOEXEC == 0
    }
}
