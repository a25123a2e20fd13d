import Testing

@testable import PulseCommand

@Suite("MisspeltVariable")
struct MisspeltVariableTests {
    private func meant(_ name: String) -> String? {
        MisspeltVariable(name, settings: EnvironmentArguments.allVariables)?.meant
    }

    @Test(
        "names the setting that was meant",
        arguments: [
            ("PULSE_STATUSFILE", "PULSE_STATUS_FILE"), ("PULSE_STATUS_FLIE", "PULSE_STATUS_FILE"),
            ("PULSE_STATUS_FILES", "PULSE_STATUS_FILE"), ("PULSE_STATUS", "PULSE_STATUS_FILE"),
            ("pulse_port", "PULSE_PORT"), ("Pulse_Port", "PULSE_PORT"),
            ("PULSE_PROT", "PULSE_PORT"), ("PULSE_PORTS", "PULSE_PORT"),
            ("PULSE_HOSTS", "PULSE_HOST"), ("PULSE_TOKEN", "PULSE_TOKEN_FILE"),
            ("PULSE_TLS_CERT", "PULSE_TLS_CERTIFICATE"),
            ("PULSE_TLS_CERTIFICATE_FILE", "PULSE_TLS_CERTIFICATE"),
            ("PULSE_ALLOWED_HOSTS", "PULSE_ALLOWED_HOST"),
            ("PULSE_HEARTBEAT", "PULSE_HEARTBEAT_INTERVAL"), ("PULSE_LOGLEVEL", "PULSE_LOG_LEVEL"),
            ("PULSE_STALEAFTER", "PULSE_STALE_AFTER"), ("PULSE_POLL", "PULSE_POLL_INTERVAL"),
            ("PULSE_POL_INTERVALL", "PULSE_POLL_INTERVAL"),
        ])
    func near(name: String, meant: String) {
        #expect(self.meant(name) == meant)
    }

    @Test(
        "says nothing of settings, of others' variables, and of what is like no setting",
        arguments: [
            "PULSE_PORT", "PULSE_STATUS_FILE", "PULSE_SERVER", "PULSE_SINK", "PULSE_SOURCE",
            "PULSE_COOKIE", "PULSE_SCRIPT", "PULSE_RUNTIME_PATH", "PULSE_LATENCY_MSEC",
            "PULSE_SERVICE_HOST", "PULSE_SERVICE_PORT", "PULSE_SERVICE_PORT_HTTP",
            "PULSE_ARCHIVE_SERVICE_HOST", "PULSE_ARCHIVE_SERVICE_PORT", "PULSE_ARCHIVE_PORT",
            "PULSE_ARCHIVE_SERVICE_PORT_HTTP", "PULSE_ARCHIVE_PORT_80_TCP", "PULSE_HOST_PORT",
            "PULSE_ARCHIVE_PORT_80_TCP_ADDR", "PULSE_SOURCE_SERVICE_HOST", "PULSE_NAME_PORT",
            "PULSE_PORT_8080_TCP", "PULSE_PORT_8080_TCP_ADDR", "PULSE_SUPERVISED", "PULSE_RUN",
            "PULSE_ATTEMPT", "PULSE_EXPERIMENT_NAME", "PULSE_", "PULSE", "PATH", "",
            "PULSE_" + String(repeating: "PORT", count: 40),
        ])
    func others(name: String) {
        #expect(meant(name) == nil)
    }

    @Test(
        "counts what is missing, too much, another, or exchanged",
        arguments: [
            ("", "", 0), ("a", "", 1), ("", "ab", 2), ("abc", "abc", 0), ("abc", "acb", 1),
            ("abc", "abd", 1), ("abc", "ab", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ])
    func distance(one: String, other: String, distance: Int) {
        #expect(EditDistance.of(one, other) == distance)
        #expect(EditDistance.of(other, one) == distance)
    }
}
