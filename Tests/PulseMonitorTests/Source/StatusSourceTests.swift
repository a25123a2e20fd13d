import Testing

@testable import Pulse

@testable import PulseMonitor

@Suite("SourceReport")
struct SourceReportTests {
    @Test(
        "a file that is there but can't be read is unreadable; one that holds no document is invalid"
    )
    func states() {
        for reason in PulseError.Reason.allCases {
            var report = SourceReport()
            report.error = PulseError(reason, "x")
            let expected: SourceState =
                switch reason {
                case .missing: .missing
                case .notRegular, .permissionDenied, .changing, .ioError: .unreadable
                default: .invalid
                }
            #expect(report.state == expected, "\(reason)")
        }
    }

    @Test("without an error the source is ok")
    func ok() {
        #expect(SourceReport().state == .ok)
    }
}
