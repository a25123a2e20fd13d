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

    @Test("may be cancelled twice")
    func ringTwice() {
        let cancellation = CancellationPipe()
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
    }
}
