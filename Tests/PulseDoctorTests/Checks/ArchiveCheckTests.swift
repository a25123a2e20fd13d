import Testing

@testable import PulseDoctor

@Suite("ArchiveCheck")
struct ArchiveCheckTests {
    private func findings(
        isThere: Bool = true, refusal: String? = nil, damage: String? = nil, free: Int64? = 1 << 40,
        isOnNetwork: Bool = false, writers: [Int32] = []
    ) -> [Finding] {
        var facts = Facts.sample()
        facts.archive = ArchiveFacts(
            path: "/a/pulse.db", isThere: isThere, refusal: refusal, damage: damage,
            size: 12_345_678, free: free, isOnNetwork: isOnNetwork, writers: writers)
        return ArchiveCheck.findings(facts)
    }

    @Test("an archive that is whole is one line, with its size and who writes it")
    func whole() {
        #expect(
            findings(writers: [7, 9]) == [
                .ok(
                    "archive",
                    "The archive /a/pulse.db is whole: 12 MB, written by process 7, 9.")
            ])
        #expect(findings().first?.text.hasSuffix("open in no server.") == true)
        #expect(findings(isThere: false, free: nil).map(\.level) == [.ok])
    }

    @Test("what keeps a server from it is a problem with a fix")
    func problems() {
        for found in [
            findings(refusal: "/a/pulse.db: is a directory"), findings(damage: "row 3 missing"),
            findings(isThere: false, free: 1_000_000),
        ] {
            #expect(found.map(\.level) == [.problem])
            #expect(found.first?.fix != nil)
        }
        #expect(findings(free: 1_000_000).first?.text.contains("Only 1.0 MB") == true)
    }

    @Test("a network file system is worth a note")
    func network() {
        #expect(findings(isOnNetwork: true).map(\.level) == [.note, .ok])
    }

    @Test("nothing is said of an archive that isn't asked for")
    func none() {
        #expect(ArchiveCheck.findings(.sample()).isEmpty)
    }
}
