/// Where the documents of one run come from: the seam between Pulse and the file, or a key in NATS.
public protocol StatusSource: Sendable {
    /// What errors call it; clients see it, so it names no directory and no host.
    var label: String { get }
    /// What its runs are called.
    var name: SourceName { get }

    /// Polls once, on the calling thread, so that there is something to serve.
    func poll() -> SourceDelivery

    /// Polls until the task is cancelled, and delivers what each poll found.
    func run(deliver: @escaping @Sendable (SourceDelivery) -> Void) async
}
