internal import Glibc
internal import Synchronization

/// What other threads tell the reporter's: the reports of the endpoint, and the command's process.
final class Mailbox: Sendable {
    private let reports = Mutex<[ProgressReport]>([])
    private let process = Mutex<pid_t?>(nil)
    private let capture = Mutex<OutputCapture?>(nil)

    /// Reports kept at most, should nobody fetch them: the status file may hang.
    private static let limit = 64

    /// The command's process; nil until it has started.
    var command: pid_t? {
        get { process.withLock { $0 } }
        set { process.withLock { $0 = newValue } }
    }

    /// The command's output; nil until it has started.
    var output: OutputCapture? {
        get { capture.withLock { $0 } }
        set { capture.withLock { $0 = newValue } }
    }

    func put(_ report: ProgressReport) {
        reports.withLock { reports in
            if reports.count == Self.limit { reports.removeFirst() }
            reports.append(report)
        }
    }

    func takeAll() -> [ProgressReport] {
        reports.withLock { reports in
            defer { reports = [] }
            return reports
        }
    }
}
