internal import Glibc

/// The places 0, 1 and 2, which a caller may have closed.
enum StandardDescriptors {
    /// Fills empty places, so that no file or socket of ours gets there and takes what is meant for
    /// people.
    ///
    /// What fills them is close-on-exec: a command finds them closed, as it would without us.
    static func occupy() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is the one.
            _ = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        }
    }

    /// Whether a command would find this one open.
    static func isInherited(_ descriptor: Int32) -> Bool {
        let flags = fcntl(descriptor, F_GETFD)
        return flags >= 0 && flags & FD_CLOEXEC == 0
    }
}
