import Foundation
import Glibc

import TestSupport
@testable import Pulse

/// What the suites of the writer share: a status file, and two states to write.
protocol StatusFileWriting {
    var directory: TemporaryDirectory { get }
    var old: TrainingStatus { get }
    var new: TrainingStatus { get }
}

extension StatusFileWriting {
    var path: String { directory.file() }

    func write(
        _ status: TrainingStatus, to path: String? = nil, calls: Syscalls = .system
    ) throws(PulseError) {
        try StatusFileWriter(path: path ?? self.path, calls: calls).write(status)
    }

    /// Why writing fails; nil when it doesn't.
    func failure(to path: String? = nil, calls: Syscalls = .system) -> PulseError? {
        do {
            try write(new, to: path, calls: calls)
            return nil
        } catch {
            return error
        }
    }

    func content(of path: String? = nil) throws -> String {
        String(decoding: try contents(of: path ?? self.path), as: UTF8.self)
    }

    func permissions(of path: String? = nil) throws -> mode_t {
        try Syscalls.system.stat(path ?? self.path).permissions
    }

    func setPermissions(_ mode: mode_t) throws {
        try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: path)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.file(name), withDestinationPath: target)
    }
}
