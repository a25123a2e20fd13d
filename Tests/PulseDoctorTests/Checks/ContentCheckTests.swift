import Testing

@testable import Pulse
@testable import PulseDoctor

/// The checks of what is in the file and how it gets there: document, timestamp, writer.
@Suite("ContentChecks")
struct ContentCheckTests {
    private func document(_ text: String) -> [Finding] {
        DocumentCheck.findings(.sample { $0.file.content = .success(Array(text.utf8)) })
    }

    @Test("names all fields that are missing or too many, not only the first")
    func fields() {
        let findings = document(#"{"status": "running", "epoch": 1, "lr": 0.1, "gpu": 2}"#)
        #expect(findings.count == 3)
        #expect(findings.allSatisfy { $0.level == .problem })
        #expect(findings[1].text == "Fields are missing: total_epochs, loss, message, timestamp.")
        #expect(findings[2].text == "Fields are there that PULSE v1 doesn't have: gpu, lr.")
    }

    @Test("names what a document of version 2 lacks, and that of its fields without a version")
    func fieldsOfVersion2() {
        let short = document(#"{"version": 2, "status": "running", "metrics": {}, "gpu": 2}"#)
        #expect(short[0].text.contains("not PULSE v2"))
        #expect(short[1].text.hasPrefix("Fields are missing: epoch, total_epochs, loss"))
        #expect(short[2].text == "Fields are there that PULSE v2 doesn't have: gpu.")
        let unnamed = document(#"{"status": "running", "lr": 0.1}"#)
        #expect(unnamed[2].fix?.contains(#""version": 2"#) == true)
        #expect(document(#"{"version": 3, "stats": []}"#).count == 1)
    }

    @Test(
        "has the fix for what writers get wrong",
        arguments: [
            (Facts.document(loss: "NaN"), "last finite loss"),
            (Facts.document(timestamp: "1000.5"), "int(time.time())"),
            (Facts.document(timestamp: "-5"), "unix time in seconds"),
            (Facts.document(loss: "\"0.5\""), "types of PULSE v1"),
            ([UInt8](), "rename"), (Array(#"{"status": "run"#.utf8), "rename"),
            ([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], "UTF-8"),
            (Array(#"{"status": "training"}"#.utf8), "idle, running, done, error"),
            (Array("[]".utf8), "pulse_wrapper"),
        ])
    func fixes(_ bytes: [UInt8], _ part: String) {
        let finding = DocumentCheck.findings(.sample { $0.file.content = .success(bytes) })[0]
        #expect(finding.level == .problem)
        #expect(finding.fix?.contains(part) == true)
    }

    @Test("tells a file that isn't there yet from one that can't be read")
    func unreadable() {
        let finding = { (error: FileError) in
            DocumentCheck.findings(
                .sample { $0.file.content = .failure(.file("/run/pulse/status.json", error)) })[0]
        }
        #expect(finding(.call(2)).level == .note)
        #expect(finding(.call(13)).text == "/run/pulse/status.json can't be read by this user.")
        #expect(finding(.notRegular).level == .problem)
        #expect(finding(.tooLarge).level == .problem)
        #expect(finding(.call(5)).text.contains("input/output error"))
    }

    @Test("names what a link leads to, and the directory that keeps it closed")
    func closedTarget() {
        let fix = { (mode: UInt32?) in
            DocumentCheck.findings(
                .sample {
                    $0.file.content = .failure(.file("/run/pulse/status.json", .call(13)))
                    $0.file.link = "/srv/of a/run.json"
                    $0.file.mode = mode
                })[0].fix
        }
        #expect(
            fix(nil)
                == "Let this user into the directories of /srv/of a/run.json: chmod o+x '/srv/of a'"
        )
        #expect(fix(0o640)?.contains("chmod o+r '/srv/of a/run.json', ") == true)
    }

    @Test("names fchmod where a chmod would last until the next replacement")
    func modes() {
        let denied = { (mode: UInt32) in
            DocumentCheck.findings(
                .sample {
                    $0.file.content = .failure(.file("/run/pulse/status.json", .call(13)))
                    $0.file.mode = mode
                })[0]
        }
        #expect(denied(0o600).fix?.contains("os.fchmod(fd, 0o644)") == true)
        #expect(denied(0o600).fix?.contains("before the rename") == true)
        #expect(denied(0o640).fix?.contains("umask 022") == true)
        let replaced = WriterCheck.findings(.sample { $0.writes.losesReaders = true })
        #expect(replaced.map(\.level) == [.problem])
        #expect(replaced[0].fix?.contains("fchmod") == true)
    }

    private func time(_ timestamp: String, _ change: (inout Facts) -> Void = { _ in }) -> Finding? {
        TimeCheck.findings(
            .sample {
                $0.file.content = .success(Facts.document(timestamp: timestamp))
                change(&$0)
            }
        ).first
    }

    @Test(
        "recognises the wrong unit of time",
        arguments: [
            ("1764345600000", "milliseconds"), ("1764345600000000", "microseconds"),
            ("1764345600000000000", "nanoseconds"),
        ])
    func unit(_ timestamp: String, _ unit: String) {
        #expect(time(timestamp)?.text == "timestamp is in \(unit): it means the far future.")
        #expect(time(timestamp)?.fix?.contains("int(time.time())") == true)
    }

    @Test("finds clocks that disagree, and leaves those alone that nearly agree")
    func clocks() {
        #expect(time("1000")?.level == .ok)
        #expect(time("1008")?.level == .ok)
        #expect(time("1100")?.text == "timestamp is 97 s ahead of this machine's clock.")
        #expect(time("1100")?.fix?.contains("NTP") == true)
        // Written just now, by a clock that is slow.
        #expect(time("900")?.level == .problem)
        #expect(time("900") { $0.writes = WriteFacts() }?.level == .note)
        #expect(time("1000") { $0.file.modified = 5_000 }?.text.contains("in the future") == true)
        // Written just now, and its own time is long ago.
        let slow = time("1000") { $0.file.modified = 900 }
        #expect(slow?.level == .problem)
        #expect(slow?.text.contains("the clock of its file system is slow") == true)
        let copied = time("1000") {
            $0.file.modified = 900
            $0.writes = WriteFacts()
        }
        #expect(copied?.level == .note)
    }

    @Test("compares the clock of a server that has the port")
    func serverClock() {
        let findings = { (time: Int64?) in
            TimeCheck.findings(
                .sample { $0.port.server = ServerFacts(isPulse: true, time: time) }
            ).filter { $0.check == "clock" }
        }
        #expect(findings(nil) == [])
        #expect(findings(1_003) == [])
        #expect(findings(1_008) == [])
        #expect(
            findings(1_100).first?.text == "The server's clock is 97 s ahead of this machine's.")
        #expect(findings(903).first?.text == "The server's clock is 100 s behind this machine's.")
        #expect(findings(.max).first?.level == .problem)
        #expect(findings(.min).first?.fix?.contains("NTP") == true)
    }

    /// What a writer, a copy or a broken clock can leave: every end of the types, and what lies beside.
    private static let extremes: [Int64] = [
        .min, .min + 1, -9_300_000_000, -1, 0, 1_000, 1_764_345_600, .max - 900, .max - 1, .max,
    ]

    @Test(
        "has a finding for any number as timestamp, whatever the clocks say",
        arguments: [
            "-1e19", "-9223372036854775808", "-9223372036854775809", "-9.3e18", "-1e300", "-1", "0",
            "-0.0", "1e300", "1e17", "9223372036854775807", "9.3e18", "1000.5", "-1e-300",
        ])
    func anyNumber(_ timestamp: String) {
        for modified in Self.extremes {
            for now in Self.extremes {
                let finding = time(timestamp) {
                    $0.file.modified = modified
                    $0.now = now
                }
                #expect(finding != nil)
            }
        }
    }

    @Test("finds numbers that are no unix time in any unit")
    func noTime() {
        for timestamp in ["-1e19", "-9223372036854775808", "-9.3e18", "-1"] {
            let finding = time(timestamp)
            #expect(finding?.level == .problem)
            #expect(finding?.text == "timestamp is below 0: it means a time before 1970.")
            #expect(finding?.fix?.contains("int(time.time())") == true)
        }
        let finding = time("1e300")
        #expect(finding?.level == .problem)
        #expect(finding?.text == "timestamp is too large in any unit: it means the far future.")
    }

    @Test("finds a file whose own time can't be right")
    func fileTime() {
        let past = time("1000") { $0.file.modified = .min }
        #expect(past?.level == .note)
        #expect(past?.text.contains("before timestamp") == true)
        let future = time("1000") { $0.file.modified = .max }
        #expect(future?.level == .problem)
        #expect(future?.text.contains("in the future of this machine") == true)
    }

    @Test("recognises local time that was taken for UTC")
    func timeZone() {
        let findings = time("1000") {
            $0.file.modified = 1_000 + 3 * 3_600 + 2
            $0.now = 1_000 + 3 * 3_600 + 3
        }
        #expect(findings?.fix?.contains("utcnow") == true)
    }

    @Test("checks the time even where the document isn't valid, and passes over none")
    func invalid() {
        #expect(
            TimeCheck.findings(
                .sample { $0.file.content = .success(Array(#"{"timestamp": 1764345600000}"#.utf8)) }
            )
            .map(\.level) == [.problem])
        for text in ["{}", "", #"{"timestamp": "now"}"#, #"{"timestamp": NaN}"#] {
            #expect(
                TimeCheck.findings(.sample { $0.file.content = .success(Array(text.utf8)) }) == [])
        }
    }

    @Test("judges the writer by what was seen")
    func writer() {
        #expect(WriterCheck.findings(.sample()).map(\.level) == [.ok])
        let inPlace = WriterCheck.findings(
            .sample {
                $0.writes.replacements = 5
                $0.writes.changesInPlace = 1
            })
        #expect(inPlace.map(\.level) == [.problem])
        #expect(inPlace[0].fix?.contains("os.replace") == true)
        #expect(
            WriterCheck.findings(.sample { $0.writes.replacements = 0 }).map(\.level) == [.note])
    }
}
