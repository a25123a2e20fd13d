internal import Pulse
internal import PulseMonitor

/// The last things that happened, for whoever reads of a violation.
struct Trace {
    enum Happening {
        case started(Int, run: Int, Trainer.Start)
        case killed(Int)
        case wrote(Content)
        case restored(Act)
        case disturbed(Disturbance)
        case ended(Disturbance)
        case polled(SourceEvent)
        case happened([RunEvent])
    }

    private var ring: [(Duration, Happening)] = []
    private var next = 0

    private static let capacity = 30

    mutating func add(_ happening: Happening, at now: Duration) {
        if case .polled(.unchanged) = happening { return }
        if ring.count < Self.capacity {
            ring.append((now, happening))
        } else {
            ring[next] = (now, happening)
        }
        next = (next + 1) % Self.capacity
    }

    /// One line each, oldest first.
    var lines: [String] {
        (ring[min(next, ring.count)...] + ring[..<min(next, ring.count)]).map { now, happening in
            "\(now) \(happening.text)"
        }
    }
}

extension Trace.Happening {
    fileprivate var text: String {
        switch self {
        case .started(let process, let run, let start):
            "process \(process) starts: \(start), run \(run)"
        case .killed(let process): "process \(process) is killed"
        case .wrote(let content):
            "writes \(content.act?.description ?? String(decoding: content.bytes, as: UTF8.self))"
        case .restored(let act): "restores \(act)"
        case .disturbed(let disturbance): "\(disturbance)"
        case .ended(let disturbance): "\(disturbance) is over"
        case .polled(.accepted(let document)): "  polls: \(document.v1.text)"
        case .polled(let event): "  polls: \(event)"
        case .happened(let events):
            "  reports: \(events.map(\.text).joined(separator: ", "))"
        }
    }
}

extension TrainingStatus {
    fileprivate var text: String {
        "\(status.rawValue) \(epoch)/\(totalEpochs) loss \(loss) at \(timestamp)"
    }
}

extension RunEvent {
    fileprivate var text: String {
        switch self {
        case .document: "document"
        case .began(let id, let attempt, let document):
            "began \(id), \(attempt), with \(document.v1.text)"
        case .resumed(let id, let attempt, let epoch): "resumed \(id), \(attempt), at \(epoch)"
        case .joined(let id, let other, let attempt, let epoch):
            "joined \(id) to \(other), \(attempt), at \(epoch)"
        case .point(let document): "point \(document.epoch)"
        case .ended(let id, let ending): "ended \(id): \(ending)"
        case .stale: "stale"
        case .recovered: "recovered"
        case .sourceChanged(let state, _): "source is \(state)"
        case .sourceFailed: "source failed"
        case .sourceRecovered: "source recovered"
        }
    }
}
