internal import Glibc

/// Whether the system lets the process have the threads that a server needs.
public enum ThreadLimit {
    /// The daemon's, the source's, and those of libdispatch for timers, signals and tasks: five or
    /// six, and some room.
    ///
    /// For one that it can't have, libdispatch waits for ever, and no timer or signal is handled
    /// meanwhile.
    public static let minimum = 8

    /// Starts so many threads at once, which end again: there is no limit to ask for, because users
    /// (`ulimit -u`) and control groups (`pids.max`) have theirs.
    public static func allows(threads count: Int) -> Bool {
        var gate = unsafe pthread_mutex_t()
        return unsafe withUnsafeMutablePointer(to: &gate) { gate in
            unsafe pthread_mutex_init(gate, nil)
            unsafe pthread_mutex_lock(gate)
            var threads: [pthread_t] = []
            while threads.count < count, let thread = unsafe start(behind: gate) {
                threads.append(thread)
            }
            unsafe pthread_mutex_unlock(gate)
            for thread in threads { pthread_join(thread, nil) }
            unsafe pthread_mutex_destroy(gate)
            return threads.count == count
        }
    }

    /// A thread that ends when it has passed the gate; nil when the system refuses it.
    private static func start(behind gate: UnsafeMutablePointer<pthread_mutex_t>) -> pthread_t? {
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { gate in
                let gate = unsafe gate?.assumingMemoryBound(to: pthread_mutex_t.self)
                guard let gate = unsafe gate else { return nil }
                unsafe pthread_mutex_lock(gate)
                unsafe pthread_mutex_unlock(gate)
                return nil
            }, gate)
        return result == 0 ? thread : nil
    }
}
