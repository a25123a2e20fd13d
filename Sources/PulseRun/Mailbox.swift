internal import Synchronization

/// Reports on their way from the endpoint's thread to the reporter's.
final class Mailbox: Sendable {
    private let reports = Mutex<[ProgressReport]>([])

    /// Reports kept at most, should nobody fetch them: the status file may hang.
    private static let limit = 64

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
