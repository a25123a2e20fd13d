internal import Dispatch
internal import Glibc

/// The signals that a person at a terminal sends, as calls.
///
/// They are trapped as long as it lives.
final class SignalStream {
    private let sources: [any DispatchSourceSignal]

    static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    init(_ signals: [Int32], onSignal: @escaping @Sendable (Int32) -> Void) {
        let queue = DispatchQueue(label: "pulse.signals")
        sources = signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { onSignal(number) }
            source.activate()
            return source
        }
    }

    deinit {
        sources.forEach { $0.cancel() }
    }
}
