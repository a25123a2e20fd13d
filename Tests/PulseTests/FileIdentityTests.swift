import Testing

@testable import Pulse

@Suite("FileIdentity")
struct FileIdentityTests {
    private let identity = FileIdentity(
        device: 1, inode: 2, size: 3, modified: .seconds(1_000), changed: .seconds(1_000))

    @Test("differs when anything about the content does")
    func differs() {
        var others = [FileIdentity](repeating: identity, count: 5)
        others[0].device = 9
        others[1].inode = 9
        others[2].size = 9
        others[3].modified += .nanoseconds(1)
        others[4].changed += .nanoseconds(1)
        #expect(others.allSatisfy { $0 != identity })
        #expect(Set(others).count == 5)
    }

    @Test(
        "is racy within the coarsest tick of a clock, and when it comes from the future",
        arguments: [
            (1_000.0, 1_000.0, true), (1_001.999, 1_000, true), (1_002, 1_000, true),
            (1_002.001, 1_000, false), (2_000, 1_000, false), (900, 1_000, true),
            // The newer of both times counts: mtime can be set back.
            (1_010, 1_009, true),
        ])
    func racy(_ now: Double, _ changed: Double, _ isRacy: Bool) {
        var identity = identity
        identity.changed = .seconds(changed)
        #expect(identity.isRacy(at: .seconds(now)) == isRacy)
        swap(&identity.changed, &identity.modified)
        #expect(identity.isRacy(at: .seconds(now)) == isRacy)
    }
}
