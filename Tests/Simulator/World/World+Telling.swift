internal import PulseMonitor
internal import TestSupport

/// A command that tells of a transition, and will end.
struct Command {
    let due: Duration
    let id: String
    let succeeds: Bool
}

extension World {
    /// What is to be told of what has happened, for each step that it happened in.
    mutating func notices(of steps: [Server.Step], at wallClock: Int64) -> [[TransitionNotice]] {
        var all: [[TransitionNotice]] = []
        for step in steps where !step.transitions.isEmpty {
            var notices: [TransitionNotice] = []
            for transition in step.transitions {
                told += 1
                notices.append(
                    TransitionNotice(
                        id: "\(told)", transition: transition, run: step.after.run,
                        happened: wallClock, variables: [:]))
            }
            telling.happened(notices)
            archive.waiting += notices.map { WaitingTransition($0) }
            all.append(notices)
        }
        return all
    }

    /// Tells of what is kept, or can't be.
    mutating func tell(_ notices: [[TransitionNotice]]) throws(Violation) {
        for notices in notices {
            // What it takes the place of is forgotten after it was kept, unless the server is killed.
            for one in server?.outbox.add(notices, at: now) ?? [] {
                try over(one.notice.id, one.ending)
            }
        }
    }

    /// Has the archive write what it was given.
    mutating func commit() {
        archive.commit(oracle, telling)
    }

    /// Begins all commands that may be begun.
    mutating func beginCommands(at wallClock: Int64) throws(Violation) {
        while let attempt = server?.outbox.start(at: now) {
            let id = attempt.notice.id
            try telling.begins(id)
            if let index = archive.waiting.firstIndex(where: { $0.notice.id == id }) {
                archive.waiting[index] = WaitingTransition(
                    attempt.notice, attempts: attempt.number,
                    due: wallClock + attempt.pause.wholeSeconds)
            }
            // It is kept before its command is begun.
            commit()
            commands.append(
                Command(
                    due: now + random.duration(0.01...20), id: id,
                    succeeds: !random.chance(settings.refusals)))
        }
        try telling.checkNoneIsHeldUp()
        due[Actor.command.rawValue] = nextCommand
    }

    /// A command has ended.
    mutating func endCommand(at wallClock: Int64) throws(Violation) {
        guard let index = commands.firstIndex(where: { $0.due <= now }) else { return }
        let command = commands.remove(at: index)
        telling.ended(command.id)
        let ending = server?.outbox.end(command.id, succeeded: command.succeeds, at: now)
        // One that was replaced meanwhile is over already.
        if let ending, ending != .waits,
            archive.waiting.contains(where: { $0.notice.id == command.id })
        {
            try over(command.id, ending)
            if random.chance(0.8) { commit() }
        }
        try beginCommands(at: wallClock)
    }

    /// Another server goes on with what is left to be told.
    mutating func resumeTelling(at wallClock: Int64) throws(Violation) {
        let dropped = server?.outbox.resume(archive.waiting, at: now, wallClock: wallClock) ?? []
        for one in dropped { try over(one.notice.id, one.ending) }
        try telling.checkNoneIsLost(of: server?.outbox.count ?? 0)
    }

    /// The commands end with their server, whatever they have told.
    mutating func killCommands() {
        telling.allEnded()
        commands = []
        due[Actor.command.rawValue] = .forever
    }

    private mutating func over(_ id: String, _ ending: Outbox.Ending) throws(Violation) {
        try telling.over(id, ending)
        archive.waiting.removeAll { $0.notice.id == id }
    }

    private var nextCommand: Duration { commands.map(\.due).min() ?? .forever }
}
