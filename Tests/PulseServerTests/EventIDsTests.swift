import Testing

@testable import PulseServer

@Suite("EventIDs")
struct EventIDsTests {
    private let ids = EventIDs(boot: "1f")

    private func sequence(_ id: String) -> UInt64? {
        ids.sequence(of: Array(id.utf8).span)
    }

    @Test("reads back what it spells", arguments: [1, 42, UInt64.max])
    func roundTrip(number: UInt64) {
        #expect(sequence(ids.id(number)) == number)
    }

    @Test("spells the start and the number")
    func spelling() {
        #expect(ids.id(7) == "1f-7")
    }

    @Test(
        "knows no id of another start, and none that it would spell otherwise",
        arguments: [
            "", "1f", "1f-", "2f-7", "1f-+7", "1f-07", "1f- 7", "1f-7 ", "1f-x", "1f--7", "1f-é",
            "1f-18446744073709551616", "1f-" + String(repeating: "1", count: 5_000),
        ])
    func foreign(id: String) {
        #expect(sequence(id) == nil)
    }

    @Test("gives each start another name")
    func starts() {
        #expect(Set((0..<16).map { _ in EventIDs().id(1) }).count > 1)
    }
}
