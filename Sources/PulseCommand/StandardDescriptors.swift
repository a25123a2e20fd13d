import Glibc

/// The descriptors 0, 1 and 2, which may be closed when a process starts.
enum StandardDescriptors {
    /// Opens /dev/null for each that is closed.
    ///
    /// The next file or socket would get its number, and log lines would go to a client.
    static func fill() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 {
            let opened = unsafe open("/dev/null", O_RDWR)
            if opened > descriptor { close(opened) }
        }
    }
}
