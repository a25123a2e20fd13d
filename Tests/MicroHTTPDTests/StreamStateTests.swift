internal import Testing
@testable internal import MicroHTTPD

@Suite("StreamState")
struct StreamStateTests {
    @Test("gives a new client the preamble, then the newest snapshot, then lets it wait")
    func join() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        streams.publish(.numbered(2), sequence: 2)
        var client = TestClient(1, of: streams, preamble: "<retry>")
        #expect(client.read(from: &streams) == .filled(12))
        #expect(client.received == "<retry><s2:>")
        #expect(client.read(from: &streams) == .suspend)
        #expect(streams.waiting == [1])
    }

    @Test("resends nothing to a client that knows the newest update")
    func knownNewest() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(7), sequence: 7)
        var client = TestClient(1, of: streams, preamble: "<retry>", known: 7)
        #expect(client.readAll(from: &streams) == .suspend)
        #expect(client.received == "<retry>")
    }

    @Test(
        "gives the snapshot to a client that knows any other update, older or from the future",
        arguments: [0, 5, 6, 8, .max] as [UInt64])
    func knownOther(known: UInt64) {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(7), sequence: 7)
        var client = TestClient(1, of: streams, known: known)
        #expect(client.readAll(from: &streams) == .suspend)
        #expect(client.received == "<s7:>")
    }

    @Test("lets a client wait while there is no update yet, and gives it the first one")
    func beforeTheFirstUpdate() {
        var streams = StreamState<Int, LatestUpdate>()
        var client = TestClient(1, of: streams)
        #expect(client.read(from: &streams) == .suspend)
        streams.publish(.numbered(1), sequence: 1)
        streams.wake { _ in }
        #expect(client.readAll(from: &streams) == .suspend)
        #expect(client.received == "<s1:>")
    }

    @Test("doesn't take a known 0 for the update that isn't there yet")
    func knownNothing() {
        var streams = StreamState<Int, LatestUpdate>()
        var client = TestClient(1, of: streams, known: 0)
        streams.publish(.numbered(1), sequence: 1)
        _ = client.readAll(from: &streams)
        #expect(client.received == "<s1:>")
    }

    @Test("takes the update before for that, though numbers between them were left out")
    func leftOut() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var known = TestClient(1, of: streams, known: 1)
        var unknown = TestClient(2, of: streams, known: 3)
        #expect(known.readAll(from: &streams) == .suspend)
        streams.publish(.numbered(4), sequence: 4)
        streams.wake { _ in }
        _ = known.readAll(from: &streams)
        _ = unknown.readAll(from: &streams)
        #expect(known.received == "<c4:>")
        #expect(unknown.received == "<s4:>")
        // The same again is nothing.
        streams.publish(.numbered(4), sequence: 4)
        streams.publish(.numbered(6), sequence: 6)
        streams.wake { _ in }
        _ = known.readAll(from: &streams)
        #expect(known.received == "<c4:><c6:>")
    }

    @Test("gives the change alone to a client that has the update before")
    func change() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams)
        _ = client.readAll(from: &streams)
        streams.publish(.numbered(2), sequence: 2)
        _ = client.readAll(from: &streams)
        #expect(client.received == "<s1:><c2:>")
    }

    @Test("lets a slow client skip to the newest snapshot")
    func latestWins() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams)
        _ = client.readAll(from: &streams)
        for sequence in 2...9 { streams.publish(.numbered(sequence), sequence: UInt64(sequence)) }
        _ = client.readAll(from: &streams)
        #expect(client.received == "<s1:><s9:>")
    }

    @Test("sends a begun frame to its end although a newer update is there")
    func wholeFrames() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1, filler: 20), sequence: 1)
        var client = TestClient(1, of: streams)
        #expect(client.read(from: &streams, capacity: 5) == .filled(5))
        streams.publish(.numbered(2), sequence: 2)
        _ = client.readAll(from: &streams, capacity: 5)
        #expect(client.received == "<s1:....................><c2:>")
    }

    @Test("fills a buffer with all that is there at once")
    func fillsUp() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams, preamble: "<retry>")
        streams.beat(Array("<beat>".utf8))
        #expect(client.read(from: &streams, capacity: 100) == .filled(18))
        #expect(client.received == "<retry><s1:><beat>")
    }

    @Test("sends one heartbeat however many a client missed, and none from before it joined")
    func heartbeats() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.beat(Array("<beat0>".utf8))
        var client = TestClient(1, of: streams)
        #expect(client.read(from: &streams) == .suspend)
        streams.beat(Array("<beat1>".utf8))
        streams.beat(Array("<beat2>".utf8))
        _ = client.readAll(from: &streams)
        #expect(client.received == "<beat2>")
    }

    @Test("resumes each waiting client once for each time that it waited")
    func wake() {
        var streams = StreamState<Int, LatestUpdate>()
        var one = TestClient(1, of: streams)
        var two = TestClient(2, of: streams)
        _ = one.read(from: &streams)
        _ = two.read(from: &streams)
        var resumed: [Int] = []
        streams.beat([])
        streams.wake { resumed.append($0) }
        streams.beat([])
        streams.wake { resumed.append($0) }
        #expect(resumed == [1, 2])
        #expect(two.read(from: &streams) == .suspend)
        streams.beat([])
        streams.wake { resumed.append($0) }
        #expect(resumed == [1, 2, 2])
    }

    @Test("takes a client that is gone for served: the others don't wait for it")
    func leave() {
        var streams = StreamState<Int, LatestUpdate>(queue: WakeQueue(smallestSlice: 1))
        var gone = TestClient(1, of: streams)
        var stays = TestClient(2, of: streams)
        _ = gone.read(from: &streams)
        _ = stays.read(from: &streams)
        var resumed: [Int] = []
        streams.publish(.numbered(1), sequence: 1)
        streams.wake { resumed.append($0) }
        #expect(resumed == [1])
        gone.leave(&streams)
        gone.leave(&streams)
        streams.wake { resumed.append($0) }
        #expect(resumed == [1, 2])
    }

    @Test("sends what is on its way before the end, then ends, and nobody waits again")
    func finish() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams)
        _ = client.read(from: &streams, capacity: 2)
        streams.publish(.numbered(2), sequence: 2)
        streams.finish()
        #expect(client.readAll(from: &streams, capacity: 2) == .end)
        #expect(client.received == "<s1:><c2:>")
        #expect(client.read(from: &streams) == .end)
        #expect(streams.waiting.isEmpty)
    }

    @Test("gives a client that joins after the end the newest snapshot, then the end")
    func joinAfterFinish() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        streams.finish()
        var client = TestClient(1, of: streams, preamble: "<retry>")
        #expect(client.readAll(from: &streams) == .end)
        #expect(client.received == "<retry><s1:>")
    }

    @Test("ends with its last bytes, whoever joins when, and once only")
    func finishSending() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams)
        _ = client.read(from: &streams, capacity: 2)
        streams.beat(Array("<b1:>".utf8))
        streams.finish(sending: Array("<last:>".utf8))
        // The server ends, too.
        streams.finish()
        var later = TestClient(2, of: streams, known: 1)
        #expect(client.readAll(from: &streams, capacity: 3) == .end)
        #expect(later.readAll(from: &streams) == .end)
        #expect(client.received == "<s1:><last:>")
        #expect(later.received == "<last:>")
        #expect(client.read(from: &streams) == .end)
    }

    @Test("passes over an update without bytes instead of spinning on it")
    func emptyUpdate() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(StreamUpdate(change: [], snapshot: []), sequence: 1)
        var client = TestClient(1, of: streams)
        #expect(client.read(from: &streams) == .suspend)
    }

    @Test("keeps no bytes alive for a client that has got all")
    func idleCursor() {
        var streams = StreamState<Int, LatestUpdate>()
        streams.publish(.numbered(1), sequence: 1)
        var client = TestClient(1, of: streams, preamble: "<retry>")
        _ = client.readAll(from: &streams)
        #expect(client.cursor.frame.isEmpty)
    }
}
