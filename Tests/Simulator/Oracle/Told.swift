internal import Pulse
internal import PulseMonitor

/// What a document means that says which run and attempt it is of, after one that said so as well:
/// nothing is guessed, and nothing excused.
enum Told {
    case begins, resumes, goesOn
    /// It is of an attempt that should be gone.
    case passes
    /// It goes on with the run that `idle` has ended.
    case returns

    /// nil where something has to be guessed.
    init?(_ act: Act, after account: Account) {
        guard let attempt = act.document.details?.attempt, act.document.status != .idle,
            account.pending == nil
        else { return nil }
        if let run = account.current {
            guard let told = run.told else { return nil }
            if run.owner != act.run {
                self = .begins
            } else {
                self = attempt > told ? .resumes : attempt < told ? .passes : .goesOn
            }
        } else {
            guard let run = account.earlier, run.told != nil else { return nil }
            self = run.owner == act.run ? .returns : .begins
        }
    }

    /// Holds what is reported to it.
    func check(
        _ events: [RunEvent], _ beginnings: [Account.Beginning], _ act: Act
    ) throws(Violation) {
        let isRun = beginnings.map { beginning in
            if case .began = beginning.event { true } else { false }
        }
        let isRight =
            switch self {
            case .begins: isRun == [true] && !events.contains(where: \.isJoin)
            case .returns: isRun == [true] && events.contains(where: \.isJoin)
            case .resumes: isRun == [false]
            case .goesOn, .passes: isRun.isEmpty
            }
        guard isRight else {
            throw Violation(.identity, "says what it is, and isn't taken for it (\(self)): \(act)")
        }
    }
}

extension RunEvent {
    var isJoin: Bool {
        if case .joined = self { true } else { false }
    }
}
