import Glibc
import Testing

@testable import PulseMonitor

@Suite("Alarm")
struct AlarmTests {
    private func isReadable(_ descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&polled, 1, 0) == 1
    }

    @Test("is silent until it rings, and readable from then on")
    func ring() {
        let alarm = Alarm()
        #expect(alarm.descriptor >= 0)
        #expect(!alarm.hasRung)
        #expect(!isReadable(alarm.descriptor))
        alarm.ring()
        #expect(alarm.hasRung)
        #expect(isReadable(alarm.descriptor))
        #expect(isReadable(alarm.descriptor))
    }

    @Test("may ring twice")
    func ringTwice() {
        let alarm = Alarm()
        alarm.ring()
        alarm.ring()
        #expect(alarm.hasRung)
    }
}
