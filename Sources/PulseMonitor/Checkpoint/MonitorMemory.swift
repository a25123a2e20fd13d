package import Pulse

/// What is kept of a source's runs beyond the life of a server: a checkpoint of its monitor, and what
/// has happened since.
///
/// ``RunMonitor`` goes on from it as if it had never ended.
package struct MonitorMemory: Sendable {
    /// Something that happened, and when, on the monitor's observed time.
    package typealias Entry = (event: RunEvent, observed: Duration)

    /// What ``RunMonitor/checkpoint`` was.
    package var checkpoint: [UInt8]
    /// Since then, oldest first; what doesn't matter to the monitor is passed over.
    package var entries: [Entry]
    /// When the newest of these happened, by the server's clock: unix seconds.
    package var savedAt: Int64
    /// The newest document of the current run, and when it was heard of; nil where there is none.
    package var newest: (document: PulseDocument, times: RunTimes)?

    package init(checkpoint: [UInt8], entries: [Entry] = [], savedAt: Int64) {
        self.checkpoint = checkpoint
        self.entries = entries
        self.savedAt = savedAt
    }
}

extension RunEvent {
    /// Whether a monitor needs it to go on: everything else follows from these.
    package var isRemembered: Bool {
        switch self {
        case .document, .stale, .sourceFailed, .sourceRecovered: true
        case .began, .resumed, .joined, .point, .ended, .recovered, .sourceChanged: false
        }
    }
}
