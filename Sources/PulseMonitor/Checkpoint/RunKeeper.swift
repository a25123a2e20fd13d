/// Somebody who keeps a source's runs beyond the life of a server.
package protocol RunKeeper: Sendable {
    /// What is known of the source from before; nil when that is nothing.
    var memory: MonitorMemory? { get }

    /// Something has happened, which led to this state of the monitor.
    ///
    /// Called on the poll loop, and returns at once.
    func keep(_ events: [RunEvent], of monitor: RunMonitor, at wallClock: Int64)

    /// The server ends with this state of the monitor; returns when it is kept.
    func close(_ monitor: RunMonitor, at wallClock: Int64) async
}
