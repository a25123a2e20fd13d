import Glibc
import Testing

@testable import PulseMonitor

@Suite("CancellationPipe")
struct CancellationPipeTests {
    private func isReadable(_ descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&polled, 1, 0) == 1
    }

    @Test("is silent until it is cancelled, and readable from then on")
    func cancels() {
        let cancellation = CancellationPipe()
        #expect(cancellation.descriptor >= 0)
        #expect(!cancellation.isCancelled)
        #expect(!isReadable(cancellation.descriptor))
        cancellation.cancel()
        #expect(cancellation.isCancelled)
        #expect(isReadable(cancellation.descriptor))
        #expect(isReadable(cancellation.descriptor))
    }

    @Test("counts milliseconds for poll(2), rounded up, and no more than it can wait")
    func pollTimeout() {
        #expect(Duration.seconds(-1).pollTimeout == 0)
        #expect(Duration.microseconds(1).pollTimeout == 1)
        #expect(Duration.milliseconds(20).pollTimeout == 20)
        for long in [Duration.seconds(10_000_000), .seconds(Int64.max)] {
            #expect(long.pollTimeout == .max)
        }
    }

    @Test("may be cancelled twice")
    func ringTwice() {
        let cancellation = CancellationPipe()
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
    }
}
