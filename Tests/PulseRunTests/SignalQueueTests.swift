import Glibc
import Testing

@testable import PulseRun

@Suite("SignalQueue")
struct SignalQueueTests {
    @Test(
        "passes on what the command hasn't got",
        arguments: [
            // Somebody sent it to this process.
            (SIGTERM, false, false, false), (SIGHUP, false, true, false),
            // A key, or the end of the foreground group's session.
            (SIGINT, true, false, true), (SIGHUP, true, false, true), (SIGQUIT, true, true, true),
            // A terminal that goes away tells the leader of its session alone.
            (SIGHUP, true, true, false), (SIGCONT, true, true, false),
        ])
    func deliveries(number: Int32, isFromKernel: Bool, toLeader: Bool, hasReached: Bool) {
        let delivery = SignalQueue.Delivery(
            number: number, isFromKernel: isFromKernel, toLeader: toLeader)
        #expect(delivery.hasReachedCommand == hasReached)
    }
}
