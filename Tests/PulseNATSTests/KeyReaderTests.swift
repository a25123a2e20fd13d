import NATS
import Pulse
import PulseMonitor
import Testing

@testable import PulseNATS

@Suite("KeyReader")
struct KeyReaderTests {
    private static let lost = NATSError(.unreachable, "no server available for connection")

    private func good(_ epoch: Int, _ revision: UInt64) -> KeyEntry {
        KeyEntry(
            .value(
                Array(
                    """
                    {"status": "running", "epoch": \(epoch), "total_epochs": 3.0, "loss": 0.5, \
                    "message": "", "timestamp": 1732800000}
                    """.utf8)), revision: revision)
    }

    private func reader(_ entries: KeyEntry?...) -> FollowedKey {
        var reader = FollowedKey()
        for entry in entries { reader.take(entry, at: .zero) }
        return reader
    }

    @Test("a key that was never written is missing")
    func missing() {
        let key = reader(nil)
        #expect(key.state == .missing)
        #expect(key.lastGood == nil)
        #expect(key.error?.description == "runs/gpu-1: there is no such key yet")
        #expect(key.failures == [.missing: 1])
    }

    @Test("a bucket that nobody has made is missing too, and says so")
    func noBucket() {
        var reader = reader()
        reader.fail(NATSError(.noBucket, "stream not found"), at: .zero)
        #expect(reader.state == .missing)
        #expect(reader.error?.description == "runs/gpu-1: there is no such bucket yet")
    }

    @Test("takes a good value, once for each revision")
    func value() {
        let key = reader(good(1, 4), good(1, 4), good(1, 5))
        #expect(key.state == .ok)
        #expect(key.lastGood?.epoch == 1)
        #expect(key.accepted == 2)
        #expect(key.polls == 3)
    }

    @Test("keeps the last good state beside a bad value, and counts each poll that failed")
    func invalid() {
        let key = reader(
            good(1, 4), KeyEntry(.value(Array("{}".utf8)), revision: 5),
            KeyEntry(.value(Array("{}".utf8)), revision: 5)
        )
        #expect(key.state == .invalid)
        #expect(key.lastGood?.epoch == 1)
        #expect(key.error?.field == .status)
        #expect(key.failures == [.missingField: 2])
    }

    @Test("keeps the last good state of a key that was deleted, until it is written again")
    func deleted() {
        var reader = reader(good(1, 4), KeyEntry(.deleted, revision: 5))
        #expect(reader.state == .missing)
        #expect(reader.lastGood?.epoch == 1)
        #expect(reader.error?.description == "runs/gpu-1: the key was deleted")
        reader.take(good(2, 6), at: .zero)
        #expect(reader.state == .ok)
        #expect(reader.lastGood?.epoch == 2)
    }

    @Test("an older revision is no update")
    func older() {
        let key = reader(good(2, 5), good(1, 4))
        #expect(key.lastGood?.epoch == 2)
        #expect(key.accepted == 1)
        #expect(key.state == .ok)
    }

    @Test("a bucket that was made anew begins with the first revision")
    func anotherBucket() {
        var reader = reader(good(2, 50))
        #expect(reader.isOutOfOrder(good(1, 1)))
        reader.beginAnew()
        reader.take(good(1, 1), at: .zero)
        #expect(reader.lastGood?.epoch == 1)
    }

    @Test("knows a change by its revision and the time when it was stored")
    func outOfOrder() {
        let reader = reader(KeyEntry(good(1, 4).content, revision: 4, time: 40))
        #expect(!reader.isOutOfOrder(KeyEntry(.deleted, revision: 4, time: 40)))
        #expect(!reader.isOutOfOrder(KeyEntry(.deleted, revision: 5, time: 30)))
        #expect(reader.isOutOfOrder(KeyEntry(.deleted, revision: 4, time: 41)))
        #expect(reader.isOutOfOrder(KeyEntry(.deleted, revision: 3, time: 50)))
    }

    @Test("is unreadable when the cluster has been away for a second, not for a blink")
    func away() {
        var reader = reader(good(1, 4))
        reader.fail(Self.lost, at: .seconds(10))
        #expect(reader.state == .ok)
        reader.fail(Self.lost, at: .seconds(11))
        #expect(reader.state == .unreadable)
        #expect(reader.lastGood?.epoch == 1)
        #expect(
            reader.error?.description
                == "runs/gpu-1: no server of the cluster can be reached")
        #expect(reader.failures == [.ioError: 2])
        reader.take(good(1, 4), at: .zero)
        #expect(reader.state == .ok)
        #expect(reader.accepted == 1)
    }

    @Test("each outage has a blink of its own")
    func twoBlinks() {
        var reader = reader(good(1, 4))
        reader.fail(Self.lost, at: .seconds(10))
        reader.take(good(1, 4), at: .zero)
        reader.fail(Self.lost, at: .seconds(11))
        #expect(reader.state == .ok)
    }

    @Test("a cluster that isn't there at the start is unreadable at once")
    func awayAtStart() {
        var reader = reader()
        reader.fail(Self.lost, at: .zero)
        #expect(reader.state == .unreadable)
    }

    private func offer(_ epoch: Int, expecting revision: UInt64, order: UInt64) -> KeyOffer {
        guard case .value(let bytes) = good(epoch, 0).content else { preconditionFailure() }
        return KeyOffer(bytes, expecting: revision, order: order)
    }

    private func stored(_ epoch: Int, _ revision: UInt64, order: UInt64) -> KeyEntry {
        KeyEntry(good(epoch, 0).content, revision: revision, order: order)
    }

    @Test("shows what it receives at once, and counts it once")
    func received() {
        var reader = reader(stored(1, 4, order: 1))
        reader.receive(offer(2, expecting: 4, order: 2))
        reader.receive(offer(2, expecting: 4, order: 2))
        #expect(reader.lastGood?.epoch == 2)
        reader.take(stored(2, 5, order: 2), at: .zero)
        #expect(reader.accepted == 2)
        #expect(reader.state == .ok)
    }

    @Test("takes nothing that is older than what it knows")
    func receivedLate() {
        var reader = reader(stored(3, 6, order: 3))
        // Its revision is gone.
        reader.receive(offer(9, expecting: 5, order: 9))
        reader.receive(offer(2, expecting: 6, order: 2))
        #expect(reader.lastGood?.epoch == 3)
        reader.receive(offer(5, expecting: 6, order: 5))
        reader.receive(offer(4, expecting: 6, order: 4))
        #expect(reader.lastGood?.epoch == 5)
    }

    @Test("keeps what it received while the cluster stores what was sent before it")
    func storedLate() {
        var reader = reader(stored(1, 4, order: 1))
        reader.receive(offer(3, expecting: 4, order: 3))
        reader.take(stored(1, 4, order: 1), at: .seconds(1))
        reader.take(stored(2, 5, order: 2), at: .seconds(2))
        #expect(reader.lastGood?.epoch == 3)
        reader.receive(offer(3, expecting: 5, order: 3))
        reader.take(stored(3, 6, order: 3), at: .seconds(3))
        #expect(reader.lastGood?.epoch == 3)
        #expect(reader.accepted == 2)
    }

    @Test("goes back to what is stored when what it received never is")
    func neverStored() {
        var reader = reader(stored(1, 4, order: 1))
        reader.receive(offer(2, expecting: 4, order: 2))
        reader.take(stored(1, 4, order: 1), at: .seconds(10))
        reader.take(stored(1, 4, order: 1), at: .seconds(14))
        #expect(reader.lastGood?.epoch == 2)
        reader.take(stored(1, 4, order: 1), at: .seconds(15))
        #expect(reader.lastGood?.epoch == 1)
        reader.receive(offer(2, expecting: 4, order: 2))
        #expect(reader.lastGood?.epoch == 2)
    }

    @Test("takes what others than a relay store, when it is later")
    func storedByOthers() {
        var reader = reader(good(1, 4))
        reader.receive(offer(2, expecting: 4, order: 1))
        reader.take(good(1, 4), at: .zero)
        #expect(reader.lastGood?.epoch == 2)
        reader.take(good(3, 5), at: .zero)
        #expect(reader.lastGood?.epoch == 3)
    }

    @Test("shows what it receives while the cluster can't be read, which stays so")
    func receivedInOutage() {
        var reader = reader(stored(1, 4, order: 1))
        reader.fail(Self.lost, at: .seconds(10))
        reader.fail(Self.lost, at: .seconds(12))
        reader.receive(offer(2, expecting: 4, order: 2))
        #expect(reader.lastGood?.epoch == 2)
        #expect(reader.state == .unreadable)
        reader.take(stored(2, 5, order: 2), at: .seconds(14))
        #expect(reader.state == .ok)
    }

    @Test(
        "counts what isn't permitted under its own name",
        arguments: [
            NATSError.Code.unauthorized, .notPermitted, .unusableFile,
        ])
    func notPermitted(code: NATSError.Code) {
        var reader = reader()
        reader.fail(NATSError(code, ""), at: .zero)
        #expect(reader.state == .unreadable)
        #expect(reader.error?.reason == .permissionDenied)
    }

    @Test("names no host to those who may see the status")
    func discretion() {
        var reader = reader()
        reader.fail(NATSError(.insecure, "verify failed for n1.internal"), at: .zero)
        #expect(reader.error?.description.contains("internal") == false)
    }

    @Test("takes what a relay says of the run, stored or not, and of each value anew")
    func marks() throws {
        var reader = KeyReader(name: "runs/gpu-1", source: SourceName(key: "gpu-1"))
        func entry(_ epoch: Int, _ revision: UInt64, _ run: String?) -> KeyEntry {
            KeyEntry(good(epoch, revision).content, revision: revision, order: revision, run: run)
        }
        let run = RunID(source: "gpu-1", started: 7)
        _ = reader.take(entry(1, 1, "gpu-1@7; attempt=2; first=0.0"), at: .zero)
        #expect(reader.mark == RunMark(run, attempt: 2))
        guard case .value(let bytes) = good(2, 2).content else { return }
        _ = reader.receive(
            KeyOffer(bytes, expecting: 1, order: 2, run: "gpu-1@7; attempt=3; first=0.0"))
        #expect(reader.mark == RunMark(run, attempt: 3))
        _ = reader.take(entry(3, 3, nil), at: .zero)
        #expect(reader.mark == nil)
        #expect(reader.takeComplaint() == nil)
    }

    @Test("ignores what is wrong with it, and says each kind once")
    func wrongMarks() {
        var reader = KeyReader(name: "runs/gpu-1", source: SourceName(key: "gpu-1"))
        var said: [String] = []
        for (index, run) in [
            "gpu-2@7; attempt=1; first=0.0", "x\u{1B}[2J", "@", "gpu-3@1; attempt=1; first=0.0",
        ]
        .enumerated() {
            let event = reader.take(
                KeyEntry(
                    good(index, UInt64(index) + 1).content, revision: UInt64(index) + 1, run: run),
                at: .zero)
            guard case .accepted = event else {
                Issue.record("a document counts whatever is said of it")
                return
            }
            #expect(reader.mark == nil)
            if let complaint = reader.takeComplaint() { said.append(complaint) }
        }
        #expect(
            said == [
                "runs/gpu-1: its Pulse-Run is ignored, because it names a run of another source: "
                    + "'gpu-2@7; attempt=1; first=0.0'",
                "runs/gpu-1: its Pulse-Run is ignored, because it isn't NAME@STARTED; attempt=N; first=EPOCH: "
                    + "'x\\u001b[2J'",
            ])
    }
}
