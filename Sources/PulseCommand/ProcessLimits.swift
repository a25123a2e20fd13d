import ArgumentParser
import PulseServer

/// What the system must let a process have that serves, checked in one place for the commands that do.
enum ProcessLimits {
    /// A limit that is too low, with the way to raise it.
    struct TooLow: Error, CustomStringConvertible {
        let description: String
    }

    /// Raises the limit of open files as far as it goes, and tries whether there are threads enough.
    ///
    /// To be called on the main thread, before anything is opened and another thread is started:
    /// libdispatch waits for ever for a thread that it can't have.
    static func check() throws(TooLow) {
        let limit = DescriptorLimit.raise().descriptors
        guard limit >= DescriptorLimit.minimum else {
            throw TooLow(
                description:
                    "a server needs \(DescriptorLimit.minimum) open files at least, and this process "
                    + "may have \(limit): see ulimit -n")
        }
        guard ThreadLimit.allows(threads: ThreadLimit.minimum) else {
            throw TooLow(
                description:
                    "a server needs \(ThreadLimit.minimum) threads, and the system gives this process "
                    + "fewer: see ulimit -u, and pids.max of its control group")
        }
    }
}

/// A command with something to do on the main thread, before it runs on others.
protocol PreparedCommand: AsyncParsableCommand {
    func prepare() throws
}
