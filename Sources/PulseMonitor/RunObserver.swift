/// Somebody who follows a run, after store and streams: a log, a service manager, a notification.
///
/// Its methods are called on the poll loop, one at a time. They return at once: whoever has more to
/// do hands it over to a task of its own.
public protocol RunObserver: Sendable {
    /// The server starts with this view. What it says isn't new to anybody but this server.
    func began(with view: RunView)

    /// The poll loop has come round, with or without an update.
    func didPoll()

    /// Something has happened, which led to this view.
    func observe(_ events: [RunEvent], _ view: RunView)
}

extension RunObserver {
    /// Does nothing: most observers care for events only.
    public func began(with view: RunView) {}

    /// Does nothing: most observers care for events only.
    public func didPoll() {}
}
