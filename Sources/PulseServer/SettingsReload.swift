internal import PulseMonitor
internal import ServiceLifecycle
internal import Synchronization

/// Looks every second whether the files of settings have changed.
///
/// By their paths, and not by inotify: certificates and tokens are replaced by pointing a link
/// elsewhere, often several directories up.
final class SettingsReload: Service {
    private let settings: [ReloadedSetting]
    private let remind: (@Sendable () -> Void)?
    private let isAsked = Atomic(false)

    private static let interval = Duration.seconds(1)

    /// - Parameter remind: says what there is to say of a setting at this time: now, and each second.
    init(_ settings: [ReloadedSetting], remind: (@Sendable () -> Void)?) {
        self.settings = settings
        self.remind = remind
        remind?()
    }

    /// Has all files read within a second, changed or not.
    func ask() {
        isAsked.store(true, ordering: .relaxed)
    }

    func run() async throws {
        guard !settings.isEmpty || remind != nil else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            await BlockingThread.run("pulse.settings") { cancellation in
                while true {
                    cancellation.wait(atMost: Self.interval)
                    if cancellation.isCancelled { return }
                    let isAsked = self.isAsked.exchange(false, ordering: .relaxed)
                    for setting in self.settings { setting.poll(isAsked: isAsked) }
                    self.remind?()
                }
            }
        }
    }
}
