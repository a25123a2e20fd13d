import Glibc
import Testing

@testable import PulseRun

@Suite("FoundReason")
struct FoundReasonTests {
    private static let remark = FoundReason("going on", worth: .text)
    private static let error = FoundReason("error: no data", worth: .error)
    private static let exception = FoundReason("ValueError: bad", worth: .exception)

    @Test(
        "believes stdout where only that names an error",
        arguments: [
            (remark, exception, exception), (nil, error, error), (remark, remark, remark),
            (error, exception, error), (nil, remark, nil), (exception, nil, exception),
        ] as [(FoundReason?, FoundReason?, FoundReason?)])
    func best(error: FoundReason?, output: FoundReason?, expected: FoundReason?) {
        #expect(FoundReason.best(error: error, output: output) == expected)
    }

    @Test("is no remark of a command that was killed")
    func killed() {
        #expect(Self.remark.explains(.killed(SIGKILL)) == false)
        #expect(Self.error.explains(.killed(SIGKILL)))
        #expect(Self.remark.explains(.killed(SIGABRT)))
        #expect(Self.remark.explains(.exited(1)))
    }

    @Test("goes from one process to another", arguments: [remark, error, exception])
    func packet(reason: FoundReason) {
        #expect(FoundReason(packet: reason.packet[...]) == reason)
    }

    @Test("is not made of another packet", arguments: [" ", "", "5", "9text", "text"])
    func otherPackets(text: String) {
        #expect(FoundReason(packet: Array(text.utf8)[...]) == nil)
    }
}
