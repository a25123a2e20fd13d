internal import Testing
@testable internal import MicroHTTPD

@Suite("WakeQueue")
struct WakeQueueTests {
    @Test("wakes in slices, in the order of waiting, each as the one before is served")
    func slices() {
        var queue = Self.queue(of: 0..<5)
        queue.callAll(atOnce: false)
        #expect(queue.woken() == [0, 1])
        #expect(queue.woken() == [])
        queue.served()
        #expect(queue.woken() == [2])
        queue.served()
        queue.served()
        #expect(queue.woken() == [3, 4])
        #expect(queue.suspended == [])
    }

    @Test("wakes a thirty-second of the waiting at a time when they are many")
    func largeSlices() {
        var queue = Self.queue(of: 0..<320)
        queue.callAll(atOnce: false)
        #expect(queue.woken() == Array(0..<10))
    }

    @Test("lets those who wait for the last news go before those who have got them")
    func order() {
        var queue = Self.queue(of: 0..<3)
        queue.callAll(atOnce: false)
        #expect(queue.woken() == [0, 1])
        queue.served()
        queue.append(0)
        #expect(queue.suspended == [2, 0])
        queue.callAll(atOnce: false)
        #expect(queue.woken() == [2])
        queue.served()
        queue.served()
        #expect(queue.woken() == [0])
    }

    @Test("wakes all at once when asked to, also those who are due already")
    func atOnce() {
        var queue = Self.queue(of: 0..<5)
        queue.callAll(atOnce: false)
        #expect(queue.woken() == [0, 1])
        queue.callAll(atOnce: true)
        #expect(queue.woken() == [2, 3, 4])
        #expect(queue.suspended == [])
    }

    private static func queue(of connections: Range<Int>) -> WakeQueue<Int> {
        var queue = WakeQueue<Int>(smallestSlice: 2)
        for connection in connections { queue.append(connection) }
        return queue
    }
}

extension WakeQueue {
    /// Those whose turn has come.
    fileprivate mutating func woken() -> [Connection] {
        var woken: [Connection] = []
        wake { woken.append($0) }
        return woken
    }
}
