import Testing

@testable import PulseRun

@Suite("OutputTail")
struct OutputTailTests {
    @Test("goes from one process to another", arguments: [0, 255, 4_294_967_296, Int64.max])
    func packet(end: Int64) {
        let tail = OutputTail(end: end, bytes: [1, 2, 3])
        #expect(OutputTail(packet: tail.packet[...]) == tail)
    }

    @Test("is not made of less than its end")
    func short() {
        #expect(OutputTail(packet: [0, 0, 0]) == nil)
    }
}
