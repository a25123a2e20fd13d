import Testing

@testable import PulseDoctor

@Suite("SettingsCheck")
struct SettingsCheckTests {
    @Test("reports what others set, what nobody reads, and hosts that are none")
    func settings() {
        let findings = SettingsCheck.findings(
            .sample {
                $0.settings = SettingFacts(
                    foreign: [
                        ForeignSetting(assignment: "A=b", owner: "it is C's", fix: "do D")
                    ],
                    misspelt: [MisspeltSetting(name: "PULSE_PROT", meant: "PULSE_PORT")],
                    unusableHosts: [UnusableHost(name: "a:1", advice: "write the name alone")])
            })
        #expect(findings.map(\.level) == [.note, .problem, .problem])
        #expect(findings.map(\.check) == ["environment", "environment", "allowed-host"])
        #expect(findings[0].text == "A=b in the environment is ignored: it is C's.")
        #expect(findings[0].fix == "Where a setting was meant, do D.")
        #expect(findings[1].text.hasPrefix("PULSE_PROT in the environment is no setting"))
        #expect(findings[1].fix == "Name it PULSE_PORT, or take it out.")
        #expect(findings[2].text == "--allowed-host 'a:1' can be the Host of no request.")
        #expect(findings[2].fix == "Write the name alone.")
        #expect(SettingsCheck.findings(.sample()) == [])
    }
}
