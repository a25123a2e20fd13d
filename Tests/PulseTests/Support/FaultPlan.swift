import Glibc
import Synchronization

@testable import Pulse

/// Counts the system calls of a reader or writer, and fails them as planned.
///
/// SQLite is tested like this: fail the first call, the second, … until a run has no failure.
final class FaultPlan: Sendable {
    /// What happened.
    struct Record {
        var calls: [String] = []
        var failed: [String] = []
        var openDescriptors: Set<CInt> = []
    }

    private let record = Mutex(Record())
    private let code: CInt
    private let first: Int
    private let isPersistent: Bool

    /// - Parameters:
    ///   - code: the `errno` of a failure.
    ///   - first: the number of the first call that fails, from 1.
    ///   - isPersistent: whether all later calls fail too.
    init(_ code: CInt = EIO, from first: Int, isPersistent: Bool = false) {
        self.code = code
        self.first = first
        self.isPersistent = isPersistent
    }

    /// What happened so far.
    var soFar: Record { record.withLock { $0 } }

    private func enter(_ name: String) throws(FileError) {
        let fails = record.withLock { record in
            record.calls.append(name)
            let number = record.calls.count
            let fails = number == first || isPersistent && number > first
            if fails { record.failed.append(name) }
            return fails
        }
        if fails { throw .call(code) }
    }

    private func opened(_ descriptor: CInt) {
        record.withLock { _ = $0.openDescriptors.insert(descriptor) }
    }

    private func closed(_ descriptor: CInt) {
        record.withLock { _ = $0.openDescriptors.remove(descriptor) }
    }

    /// System calls that fail as planned, on top of others.
    func calls(over base: Syscalls = .system) -> Syscalls {
        var calls = base
        calls.stat = { path throws(FileError) in
            try self.enter("stat")
            return try base.stat(path)
        }
        calls.open = { path, flags, mode throws(FileError) in
            try self.enter("open")
            let descriptor = try base.open(path, flags, mode)
            self.opened(descriptor)
            return descriptor
        }
        calls.fstat = { descriptor throws(FileError) in
            try self.enter("fstat")
            return try base.fstat(descriptor)
        }
        calls.read = { descriptor, count throws(FileError) in
            try self.enter("read")
            return try base.read(descriptor, count)
        }
        calls.write = { descriptor, bytes throws(FileError) in
            try self.enter("write")
            return try base.write(descriptor, bytes)
        }
        calls.fchmod = { descriptor, mode throws(FileError) in
            try self.enter("fchmod")
            try base.fchmod(descriptor, mode)
        }
        calls.fsync = { descriptor throws(FileError) in
            try self.enter("fsync")
            try base.fsync(descriptor)
        }
        calls.close = { descriptor throws(FileError) in
            // A close that fails has closed all the same.
            try base.close(descriptor)
            self.closed(descriptor)
            try self.enter("close")
        }
        calls.readlink = { path throws(FileError) in
            try self.enter("readlink")
            return try base.readlink(path)
        }
        calls.rename = { old, new throws(FileError) in
            try self.enter("rename")
            try base.rename(old, new)
        }
        calls.unlink = { path throws(FileError) in
            try self.enter("unlink")
            try base.unlink(path)
        }
        return calls
    }
}
