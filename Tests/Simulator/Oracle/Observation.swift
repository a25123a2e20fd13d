internal import PulseMonitor

/// What a look at the file could show, as the simulated world knows it.
enum Shown {
    case document(Act)
    /// Nothing, or half a document: it may be on its way.
    case torn
    /// What is whole, and no document.
    case wrong
    case missing
    case unreadable
    /// Nothing can be said: a relay that has nothing.
    case nothing

    init(_ file: MemoryFile.State) {
        self =
            if let fault = file.fault {
                fault == 2 ? .missing : .unreadable
            } else if let content = file.node?.content {
                if let act = content.act {
                    .document(act)
                } else {
                    content.bytes.isTorn ? .torn : .wrong
                }
            } else {
                .missing
            }
    }
}

/// A poll of the file, as the world saw it.
struct Look {
    let shown: Shown
    /// Which content this is: counted.
    let version: Int
    /// Whether the file was read, or should have been: what `stat` tells had changed.
    let wasRead: Bool
    /// When the poll began.
    let start: Duration
    /// Whether the source was polled; false for what was pushed.
    let isPoll: Bool
}

/// One step of the server, and what really was the case.
struct Observation {
    let step: Server.Step
    /// The poll that led to it; nil where only time has passed.
    let look: Look?
    /// How much time the server could observe, since it started.
    let time: ServerTime
    let wallClock: Int64
    /// Whether the server has judged by time in this step.
    let isJudgement: Bool
}

extension [UInt8] {
    /// Whether these are the beginning of a document: nothing of it ends with a brace, and none has the N
    /// of a NaN.
    fileprivate var isTorn: Bool { last != UInt8(ascii: "}") && !contains(UInt8(ascii: "N")) }
}
