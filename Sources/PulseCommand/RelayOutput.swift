import ArgumentParser
import PulseRun

/// `pulse relay`: the process that `pulse run` puts behind a command's output; not for people.
struct RelayOutput: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Pass a command's output on.", shouldDisplay: false)

    func run() {
        var relay = Relay()
        relay.run()
    }
}
