import Testing

@testable import PulseRun

@Suite("Listening")
struct ListeningTests {
    @Test("names what is believed first, first")
    func all() {
        let listening = Listening(
            statusFile: "status.json", logs: ["out", "a.csv"], takesUpdates: true, findsLogs: true,
            readsOutput: true)
        #expect(
            listening.line == "listening to: status.json, out, a.csv, the trainer's callbacks, "
                + "event files, CSV and trainer_log.jsonl below this folder, the command's output")
    }

    @Test("leaves out what is turned off")
    func little() {
        #expect(Listening(statusFile: "s.json").line == "listening to: s.json")
    }
}
