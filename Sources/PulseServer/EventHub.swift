internal import MicroHTTPD
internal import Pulse

/// The event stream of one run: opens streams, sends each snapshot to all of them, and the
/// heartbeat.
struct EventHub: Sendable {
    private let channel: StreamChannel<LatestUpdate>
    private let heads: StreamHeads
    private let ids: EventIDs

    /// - Parameter heads: shared by the hubs of many runs.
    init(heads: StreamHeads, streams: StreamCount, ids: EventIDs) {
        channel = StreamChannel(countedIn: streams)
        self.heads = heads
        self.ids = ids
    }

    /// The number of open streams.
    var openStreams: Int { channel.openStreams }

    /// Wakes every stream with a snapshot.
    func publish(_ snapshot: StatusSnapshot) {
        channel.publish(snapshot.update, sequence: snapshot.updateSequence)
    }

    /// Wakes every stream with a state as PULSE v2.
    func publish(_ snapshot: Version2Snapshot, sequence: UInt64) {
        channel.publish(snapshot.update, sequence: sequence)
    }

    /// - Parameter timestamp: the server's unix time in seconds.
    func beat(timestamp: Int64) {
        channel.beat(ServerSentEvent.heartbeat(timestamp: timestamp))
    }

    /// Ends every stream with these bytes and its final chunk.
    func finish(sending last: [UInt8] = []) {
        channel.finish(sending: last)
    }

    /// Answers with a stream, or with 503 at the limit.
    ///
    /// It begins with the newest state, unless `Last-Event-ID` says that it is known.
    func open(_ request: borrowing Request, origin: Int) -> Reply {
        heads.open(request, on: channel, known: ids, origin: origin)
    }
}
