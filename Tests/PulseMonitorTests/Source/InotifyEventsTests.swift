import TestSupport
import Testing

@testable import PulseMonitor

@Suite("InotifyEvents")
struct InotifyEventsTests {
    /// A record as the kernel of this machine writes it.
    private func record(mask: UInt32, name: String, padding: Int = 0) -> [UInt8] {
        let bytes = Array(name.utf8) + [UInt8](repeating: 0, count: padding)
        let words = [1, mask, 0, UInt32(bytes.count)]
        return words.flatMap { word in unsafe withUnsafeBytes(of: word) { unsafe Array($0) } }
            + bytes
    }

    @Test("finds each event with its name, without the padding")
    func several() {
        let buffer =
            record(mask: 0x80, name: "status.json", padding: 5) + record(mask: 0x400, name: "")
        let events = Array(InotifyEvents(buffer[...]))
        #expect(events.map(\.mask) == [0x80, 0x400])
        #expect(events.map { Array($0.name).text } == ["status.json", ""])
    }

    @Test("reads from the middle of a buffer")
    func slice() {
        let buffer = [9, 9, 9] + record(mask: 0x80, name: "a", padding: 15)
        #expect(Array(InotifyEvents(buffer[3...])).map { Array($0.name).text } == ["a"])
    }

    @Test("stops at a record that is cut off, wherever it is cut")
    func truncated() {
        let whole = record(mask: 0x80, name: "status.json", padding: 5)
        for length in 0..<whole.count {
            #expect(Array(InotifyEvents(whole[..<length])).isEmpty)
        }
    }
}
