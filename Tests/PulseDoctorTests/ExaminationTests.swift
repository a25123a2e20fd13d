import Testing

@testable import Pulse
@testable import PulseDoctor

@Suite("Examination")
struct ExaminationTests {
    @Test("finds nothing wrong with a valid setup, and names what it examined")
    func valid() {
        let examination = Examination(.sample())
        #expect(examination.reported == [])
        #expect(
            examination.findings.map(\.check)
                == ["directory", "notification", "document", "timestamp", "writer", "port"])
        #expect(examination.count(.ok) == 6)
    }

    @Test("has a fix of one line for everything that isn't ok")
    func fixes() {
        let broken = Facts.sample {
            $0.directory.canList = false
            $0.file.mountRoots = ["/x"]
            $0.file.content = .success(Array("{}".utf8))
            $0.writes.changesInPlace = 1
            $0.port.errno = 98
        }
        let reported = Examination(broken).reported
        #expect(reported.count == 6)
        for finding in reported {
            #expect(finding.fix?.isEmpty == false)
            #expect(!finding.text.contains("\n") && finding.fix?.contains("\n") == false)
        }
    }

    @Test("says of a file system that doesn't answer that alone")
    func hanging() {
        let facts = Facts.sample {
            $0.file.isHanging = true
            ($0.directory.fileSystem, $0.directory.mountPoint) = ("nfs4", "/net/run s")
        }
        let examination = Examination(facts)
        #expect(examination.findings.map(\.check) == ["directory", "port"])
        #expect(
            examination.reported.map(\.text) == [
                "/run/pulse/status.json doesn't answer: /net/run s (NFS) hangs. The last good state is "
                    + "served meanwhile."
            ])
        #expect(examination.reported.first?.fix?.hasSuffix("umount --lazy '/net/run s'") == true)
    }

    @Test("is printed for a person in lines, with the fix below each problem")
    func text() {
        let facts = Facts.sample { $0.port.errno = 13 }
        #expect(
            Report.text(Examination(facts)).suffix(4) == [
                "PROBLEM  This user may not listen on port 8080.",
                "         Fix: Choose one from 1024 on: pulse serve --port 8080", "",
                "1 problem found.",
            ])
        #expect(Report.text(Examination(.sample())).last == "No problem found.")
    }

    @Test("lets no file name reach the terminal but as text")
    func hostile() {
        let facts = Facts.sample { $0.directory.path = "/a\u{1B}[2J" }
        #expect(!Report.text(Examination(facts)).joined().contains("\u{1B}"))
    }

    @Test("is printed for a script as one document")
    func json() throws {
        let value = try #require(
            JSONValue(Report.json(Examination(.sample { $0.port.errno = 13 }))))
        #expect(value["problems"]?.number == 1)
        guard case .array(let findings)? = value["findings"] else {
            Issue.record("no findings")
            return
        }
        #expect(findings.count == 6)
        #expect(findings.last?["check"] == .string("port"))
        #expect(findings.last?["level"] == .string("problem"))
        #expect(findings.last?["fix"]?.string?.contains("--port 8080") == true)
        #expect(findings.first?["fix"] == .null)
        // For scripts of the release before.
        for finding in findings { #expect(finding["mend"] == finding["fix"]) }
    }
}
