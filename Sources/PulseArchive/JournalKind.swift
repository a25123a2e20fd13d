internal import Pulse
internal import PulseMonitor

/// What an entry of the journal says; the numbers are the file's.
enum JournalKind: Int64 {
    case document = 1
    case stale = 2
    case sourceFailed = 3
    case sourceRecovered = 4

    /// nil for what a monitor doesn't need to go on.
    init?(_ event: RunEvent) {
        switch event {
        case .document: self = .document
        case .stale: self = .stale
        case .sourceFailed: self = .sourceFailed
        case .sourceRecovered: self = .sourceRecovered
        case .began, .resumed, .joined, .point, .ended, .recovered, .sourceChanged: return nil
        }
    }

    /// - Parameter document: what the entry holds beside it.
    func event(document: [UInt8]) -> RunEvent? {
        switch self {
        case .document: (try? PulseDecoder.decodeDocument(document)).map { .document($0) }
        case .stale: .stale
        case .sourceFailed: .sourceFailed
        case .sourceRecovered: .sourceRecovered
        }
    }
}
