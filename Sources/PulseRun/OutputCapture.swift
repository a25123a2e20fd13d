internal import Glibc

/// What the command's output tells, while it runs and after.
struct OutputCapture: Sendable {
    /// What the command gets in place of ours.
    let descriptors: [(ours: Int32, theirs: Int32)]
    private let error: CapturedStream
    /// nil when stdout goes the way of stderr.
    private let output: CapturedStream?

    /// - Parameter isWanted: whether what is written may pass through us at all.
    init(isWanted: Bool, inheritance: SignalQueue.Inheritance) {
        let plan = CapturePlan(
            output: CapturePlan.Target(descriptor: STDOUT_FILENO),
            error: CapturePlan.Target(descriptor: STDERR_FILENO))
        error = CapturedStream(
            STDERR_FILENO, plan.error, isWanted: isWanted, inheritance: inheritance)
        output = plan.output.map {
            CapturedStream(STDOUT_FILENO, $0, isWanted: isWanted, inheritance: inheritance)
        }
        let forOutput = output == nil ? error.entrance : output?.entrance
        descriptors = [(error.entrance, STDERR_FILENO), (forOutput, STDOUT_FILENO)]
            .compactMap { ours, theirs in ours.map { ($0, theirs) } }
    }

    /// Whether any of it is read.
    var isHeard: Bool { error.isHeard || output?.isHeard == true }

    /// To be called when the command has started: from then on only it can write.
    func closeEntrances() {
        for entrance in Set(descriptors.map(\.ours)) { close(entrance) }
    }

    /// The reason of an error so far; nil when there was none or it can't be known.
    ///
    /// When it is given, all output has been passed on.
    func reason() -> FoundReason? {
        FoundReason.best(error: error.reason(), output: output?.reason())
    }

    /// The ends of the two streams, as far as something has come since the last call: that of stderr,
    /// and that of stdout where it goes another way.
    func newest() -> [OutputTail?] {
        [error.newest(), output?.newest()]
    }
}
