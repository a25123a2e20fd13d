import Testing

@testable import PulseCommand

@Suite("EnvironmentArguments")
struct EnvironmentArgumentsTests {
    private func arguments(_ own: [String], _ environment: [String: String]) -> [String] {
        EnvironmentArguments(own) { environment[$0] }.arguments
    }

    @Test("puts settings before the user's own arguments")
    func options() {
        #expect(
            arguments(
                ["serve", "--host", "::1"],
                ["PULSE_PORT": "9000", "PULSE_STATUS_FILE": "a b", "PULSE_POLL_INTERVAL": "1s"])
                == [
                    "serve", "--status-file=a b", "--port=9000", "--poll-interval=1s", "--host",
                    "::1",
                ])
    }

    @Test("takes the version that all writers go by; an empty one is none, as they read it")
    func version() {
        for command in ["run", "write"] {
            let taken = arguments([command], ["PULSE_VERSION": "2", "PULSE_PULSE_VERSION": "1"])
            #expect(taken == [command, "--pulse-version=2"])
            let own = [command, "--pulse-version", "1"]
            #expect(arguments(own, ["PULSE_VERSION": "2"]) == own)
            #expect(arguments([command], ["PULSE_VERSION": ""]) == [command])
        }
        #expect(arguments(["serve"], ["PULSE_VERSION": "2"]) == ["serve"])
    }

    @Test(
        "lets the user's own win, in every spelling",
        arguments: [["--port", "1"], ["--port=1"], ["-p", "1"], ["-p1"], ["-p=1"]])
    func own(_ spelling: [String]) {
        #expect(arguments(["serve"] + spelling, ["PULSE_PORT": "x"]) == ["serve"] + spelling)
        #expect(arguments(["doctor"] + spelling, ["PULSE_PORT": "x"]) == ["doctor"] + spelling)
    }

    @Test("takes no other option for it")
    func others() {
        #expect(
            arguments(["serve", "--public-dir", "x"], ["PULSE_PORT": "1"])
                == ["serve", "--port=1", "--public-dir", "x"])
        #expect(
            arguments(["serve", "--", "--port"], ["PULSE_PORT": "1"])
                == ["serve", "--port=1", "--", "--port"])
    }

    @Test("splits lists at commas")
    func lists() {
        #expect(
            arguments(
                ["serve"],
                [
                    "PULSE_ALLOWED_HOST": "a,b", "PULSE_CORS_ORIGIN": "https://x",
                    "PULSE_FRAME_ANCESTOR": "https://y,*",
                ])
                == [
                    "serve", "--allowed-host=a", "--allowed-host=b", "--cors-origin=https://x",
                    "--frame-ancestor=https://y", "--frame-ancestor=*",
                ])
    }

    @Test(
        "takes flags as true or false, and leaves the rest to the parser",
        arguments: [
            ("true", ["--no-watch"]), ("1", ["--no-watch"]), ("false", []), ("0", []), ("", []),
            ("yes", ["--no-watch=yes"]),
        ])
    func flags(_ value: String, _ added: [String]) {
        #expect(arguments(["serve"], ["PULSE_NO_WATCH": value]) == ["serve"] + added)
    }

    @Test("gives each command only what it has")
    func commands() {
        let all = [
            "PULSE_STATUS_FILE": "f", "PULSE_HOST": "::", "PULSE_PORT": "1",
            "PULSE_LOG_LEVEL": "info", "PULSE_TLS_CERTIFICATE": "c", "PULSE_TLS_KEY": "k",
        ]
        #expect(arguments(["write", "idle"], all) == ["write", "--status-file=f", "idle"])
        #expect(
            arguments(["healthcheck"], all)
                == ["healthcheck", "--host=::", "--port=1", "--tls-certificate=c"])
        #expect(
            arguments(["doctor"], all) == [
                "doctor", "--status-file=f", "--host=::", "--port=1", "--tls-certificate=c",
            ])
        for command in [["check", "x"], ["watch", "x"], ["help"], ["--version"], []] {
            #expect(arguments(command, all) == command)
        }
    }

    @Test("sets the options of run, never the command's own")
    func run() {
        let environment = [
            "PULSE_SERVE": "true", "PULSE_PORT": "1", "PULSE_TOTAL_EPOCHS": "3",
            "PULSE_NO_KUBEFLOW": "0", "PULSE_TRAINER_LOG": "l", "PULSE_ON_TRANSITION": "x",
        ]
        #expect(
            arguments(["run", "--trainer-log", "m", "--", "a", "--port=2"], environment) == [
                "run", "--port=1", "--total-epochs=3", "--serve", "--trainer-log", "m", "--", "a",
                "--port=2",
            ])
    }

    @Test(
        "a flag for one source wins over a variable for the other",
        arguments: [
            (["--source", "nats://a/b/c"], ["PULSE_STATUS_FILE": "f"], []),
            (["-s", "f"], ["PULSE_SOURCE": "nats://a/b/c"], []),
            (["f.json"], ["PULSE_STATUS_FILE": "g", "PULSE_RUNS_DIR": "d"], []),
            (["--host", "::1", "."], ["PULSE_STATUS_FILE": "g"], []),
            (["--", "f.json"], ["PULSE_STATUS_FILE": "g"], []),
            (["--host", "::1"], ["PULSE_STATUS_FILE": "g"], ["--status-file=g"]),
            (["--status-file=f"], ["PULSE_SOURCE": "nats://a/b/c"], []),
            ([], ["PULSE_STATUS_FILE": "", "PULSE_SOURCE": "nats://n"], ["--source=nats://n"]),
            ([], ["PULSE_STATUS_FILE": "f", "PULSE_SOURCE": ""], ["--status-file=f"]),
            // Two that say something are a mistake, and are left to the parser.
            (
                [], ["PULSE_STATUS_FILE": "f", "PULSE_SOURCE": "TLS://n"],
                ["--status-file=f", "--source=TLS://n"]
            ),
            ([], ["PULSE_STATUS_FILE": ""], ["--status-file="]),
            // PulseAudio's says nothing about ours.
            ([], ["PULSE_STATUS_FILE": "", "PULSE_SOURCE": "mic"], ["--status-file="]),
            ([], ["PULSE_STATUS_FILE": "f", "PULSE_SOURCE": "mic"], ["--status-file=f"]),
        ])
    func alternatives(_ own: [String], _ environment: [String: String], _ added: [String]) {
        #expect(arguments(["serve"] + own, environment) == ["serve"] + added + own)
    }

    @Test(
        "an archive that is given wins over a variable for none, and the other way round",
        arguments: [
            (["--no-archive"], ["PULSE_ARCHIVE": "f"], []),
            (["--archive", "f"], ["PULSE_NO_ARCHIVE": "true"], []),
            ([], ["PULSE_ARCHIVE": "f", "PULSE_NO_ARCHIVE": "false"], ["--archive=f"]),
            ([], ["PULSE_ARCHIVE": "", "PULSE_NO_ARCHIVE": "true"], ["--no-archive"]),
            // A contradiction, which the parser names.
            (
                [], ["PULSE_ARCHIVE": "f", "PULSE_NO_ARCHIVE": "true"],
                ["--archive=f", "--no-archive"]
            ),
        ] as [([String], [String: String], [String])])
    func archive(_ own: [String], _ environment: [String: String], _ added: [String]) {
        #expect(arguments(["serve"] + own, environment) == ["serve"] + added + own)
    }

    @Test("a run takes no other source than its file")
    func runHasNoSource() {
        let environment = ["PULSE_STATUS_FILE": "f", "PULSE_SOURCE": "n", "PULSE_TO": "t"]
        #expect(
            arguments(["run", "--", "a"], environment)
                == ["run", "--status-file=f", "--to=t", "--", "a"])
    }

    @Test("a place that a run is given wins over a variable for the other")
    func runPlace() {
        let both = ["PULSE_STATUS_FILE": "f", "PULSE_RUNS_DIR": "d", "PULSE_NAME": "n"]
        #expect(
            arguments(["run", "--runs-dir", "e", "--", "a"], ["PULSE_STATUS_FILE": "f"])
                == ["run", "--runs-dir", "e", "--", "a"])
        #expect(
            arguments(["run", "-s", "g", "--", "a"], ["PULSE_RUNS_DIR": "d"])
                == ["run", "-s", "g", "--", "a"])
        #expect(
            arguments(["run", "--", "a"], both)
                == ["run", "--status-file=f", "--runs-dir=d", "--name=n", "--", "a"])
    }

    @Test("names the variables that were used")
    func variables() {
        let environment = ["PULSE_PORT": "abc", "PULSE_HOST": "x", "PULSE_NO_WATCH": "yes"]
        let settings = EnvironmentArguments(["serve", "--host", "y"]) { environment[$0] }
        #expect(settings.variables == ["PULSE_PORT=abc", "PULSE_NO_WATCH=yes"])
    }

    @Test(
        "leaves the port of a service link to Kubernetes, for every command",
        arguments: [
            "tcp://10.0.0.7:80", "udp://10.0.0.7:53", "sctp://[fd00::7]:80", "tcp://", "TCP://x",
        ])
    func serviceLinks(_ value: String) {
        let environment = [
            "PULSE_PORT": value, "PULSE_SERVICE_HOST": "10.0.0.7", "PULSE_SERVICE_PORT": "80",
            "PULSE_SERVICE_PORT_HTTP": "80", "PULSE_PORT_80_TCP": value,
            "PULSE_PORT_80_TCP_PROTO": "tcp", "PULSE_PORT_80_TCP_PORT": "80",
            "PULSE_PORT_80_TCP_ADDR": "10.0.0.7", "PULSE_HOST": "::1",
        ]
        for command in ["serve", "run", "doctor", "healthcheck"] {
            let settings = EnvironmentArguments([command]) { environment[$0] }
            #expect(settings.arguments == [command, "--host=::1"])
            #expect(settings.variables == ["PULSE_HOST=::1"])
            #expect(settings.foreign.map(\.assignment) == ["PULSE_PORT=\(value)"])
        }
        for command in ["write", "check", "watch", "relay"] {
            #expect(EnvironmentArguments([command]) { environment[$0] }.foreign == [])
        }
        // Who gives a port has no use for any.
        #expect(EnvironmentArguments(["serve", "-p", "1"]) { environment[$0] }.foreign == [])
    }

    @Test(
        "leaves PULSE_SOURCE to PulseAudio unless it is a key of NATS",
        arguments: ["alsa_input.pci", "ok", "", "nats", "http://u:secret@h/b/k"])
    func audio(_ value: String) {
        let settings = EnvironmentArguments(["serve"]) { $0 == "PULSE_SOURCE" ? value : nil }
        #expect(settings.arguments == ["serve"])
        #expect(settings.foreign.count == 1)
        #expect(settings.foreign[0].description.contains("is ignored: it is PulseAudio's"))
        #expect(!settings.foreign[0].description.contains("secret"))
    }

    @Test("leaves the name of a link to Docker, for every command that takes a run's name")
    func links() {
        for command in ["serve", "run"] {
            let settings = EnvironmentArguments([command]) {
                $0 == "PULSE_NAME" ? "/web/pulse" : nil
            }
            #expect(settings.arguments == [command])
            #expect(settings.foreign.map(\.assignment) == ["PULSE_NAME=/web/pulse"])
        }
        #expect(arguments(["serve"], ["PULSE_NAME": "bert"]) == ["serve", "--name=bert"])
    }
}
