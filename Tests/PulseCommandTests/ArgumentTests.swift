import ArgumentParser
import PulseClient
import Testing

@testable import Pulse
@testable import PulseCommand

/// Command lines that are accepted, and those that end with 64 (`EX_USAGE` of sysexits(3)).
@Suite("Arguments")
struct ArgumentTests {
    /// The exit code of a command line that is only parsed; 0 when it would run.
    private func code(_ line: String) -> Int32 {
        code(line.split(separator: " ").map(String.init))
    }

    private func code(_ arguments: [String]) -> Int32 {
        do {
            _ = try PulseTool.parseAsRoot(arguments)
            return 0
        } catch {
            return PulseTool.exitCode(for: error).rawValue
        }
    }

    private func message(_ arguments: [String]) -> String {
        do {
            _ = try PulseTool.parseAsRoot(arguments)
            return ""
        } catch {
            return PulseTool.message(for: error)
        }
    }

    @Test(
        "accepts what makes sense",
        arguments: [
            "serve", "serve -s a/b.json -p 0", "serve --port=65535", "serve --poll-interval 500ms",
            "serve --cors-origin * --cors-origin https://a.b:1",
            "serve --allowed-host a --no-watch",
            "serve --frame-ancestor * --frame-ancestor https://a.b:1 --frame-ancestor vscode-webview:",
            "serve --tls-certificate c --tls-key k", "serve --log-level trace --log-format json",
            "write idle -s f", "write running -s f --epoch 1.5 --total-epochs 3 --loss -0.5",
            "write running -s f --loss -1e-3 --message -5%",
            "write error --status-file=f --message x",
            "check f", "check -", "check -- -f", "watch f", "watch http://a", "watch https://a:1/b",
            "watch http://a --until done --json", "watch f --poll-interval 1s --stale-after 1h",
            "watch http://a --tls-authority ca.pem", "watch .", "watch . --run a --until done",
            "watch http://a --run a.b", "watch http://a/runs --run a@5.2", "doctor",
            "doctor -s f -p 1 --observe 10s --json", "run -- a", "run -s f -- a --port x -- b",
            "run --total-epochs 0.5 --trainer-log l --no-kubeflow --no-capture -- a",
            "run --runs-dir d -- a", "run --runs-dir d --name a.b -- a",
            "run --serve --name b -- a",
            "serve f.json", "serve .", "serve d/", "serve -p 1 f.json", "serve -- f.json",
            "serve f.json --name b", "serve . --max-runs 1",
            "serve --name b -s f", "serve --runs-dir d --max-runs 1",
            "run --serve --keep-serving --port 0 --host ::1 --log-level debug -- a",
            "healthcheck", "healthcheck -p 1 --host 0.0.0.0",
            "healthcheck --tls-certificate c", "help", "--help", "help serve",
            "--version", "serve --help", "write --help",
        ])
    func accepted(_ line: String) {
        #expect(code(line) == 0)
    }

    @Test(
        "refuses what doesn't, with 64",
        arguments: [
            "bogus", "serve extra", "serve --bogus", "serve --port 65536", "serve --port -1",
            "serve --port x", "serve --port", "serve --poll-interval 2", "serve --poll-interval 0s",
            "serve --poll-interval 99999h", "serve --stale-after 5min", "serve --stale-after -5s",
            "serve --max-streams 0", "serve --max-streams x", "serve --tls-key k",
            "serve --tls-certificate c", "serve --cors-origin a.b",
            "serve --cors-origin https://a/", "serve --cors-origin https://a:443",
            "serve --frame-ancestor a.b", "serve --frame-ancestor https://a/",
            "run --serve --frame-ancestor a -- b", "serve --allowed-host=",
            "serve --allowed-host gpu1:8080", "serve --allowed-host https://gpu1",
            "serve --allowed-host gpu1/", "serve --allowed-host *",
            "serve --allowed-host *.example.org", "run --serve --allowed-host a:1 -- b",
            "serve --status-file=", "serve --log-level loud", "serve --log-format xml",
            "serve --no-watch=maybe", "write", "write running", "write started -s f",
            "write running -s f --epoch x", "write running -s f --epoch -1",
            "write running -s f --epoch nan", "write running -s f --loss inf",
            "write running -s f --total-epochs -0.1", "write running -s f --loss 1e999",
            "write running --status-file=", "check", "check a b", "watch", "watch f g",
            "watch f --until never", "watch f --until", "watch f --token-file t",
            "watch f --tls-authority c", "watch http://a --stale-after 5m",
            "watch http://a --poll-interval 1s", "watch ftp://a", "watch http://",
            "watch http://a:0", "watch http://u:p@a", "watch localhost:8080", "watch :8080",
            "watch f --run a", "watch . --run a/b", "watch . --run a@5",
            "watch http://a --run a@5/x",
            "watch http://a --run ..", "watch f --stale-after x", "doctor --observe 0s",
            "doctor --observe 3",
            "run", "run --", "run a", "run a -- b", "run --serve a", "run --bogus -- a",
            "run --total-epochs -1 -- a", "run --total-epochs inf -- a", "run --status-file= -- a",
            "run --keep-serving -- a", "run --serve --port x -- a", "run --tls-key k -- a",
            "run --runs-dir= -- a", "run --runs-dir d -s f -- a", "run --name b -- a",
            "run --runs-dir d --name a/b -- a", "run --runs-dir d --name events -- a",
            "serve nothing-here", "serve http://a", "serve f.json g.json", "serve . --name b",
            "serve . -s f", "serve . --runs-dir d", "serve f.json -s f",
            "serve f.json --runs-dir d",
            "serve f.json --source nats://a/b/c",
            "serve --name=", "serve --name ../x", "serve --runs-dir d --name b",
            "doctor --status-file=", "doctor x", "healthcheck --port x", "healthcheck x",
        ])
    func refused(_ line: String) {
        #expect(code(line) == 64)
    }

    @Test("says what was meant")
    func hints() {
        #expect(
            message(["watch", "localhost:8080"]).contains("Did you mean http://localhost:8080?"))
        #expect(
            message(["serve", "--name", "my run"])
                .contains("'my run' can't be a name. A name has letters"))
        #expect(message(["serve", "http://a"]).contains("pulse watch http://a"))
        #expect(message(["serve", "nothing-here"]).contains("say --status-file or --runs-dir"))
        #expect(message(["serve", ""]).contains("neither a status file nor a directory"))
        #expect(
            message(["serve", ".", "-s", "f"])
                .contains("'.' and --status-file are two sources: give one of them."))
        #expect(message(["watch", ":9000"]).contains("Did you mean http://localhost:9000?"))
        #expect(message(["watch", "http://a/?token=x"]).contains("--token-file"))
        #expect(message(["watch", ""]).contains("neither a URL nor a file"))
        #expect(
            message(["write", "running", "-s", "f", "--loss", "nan"])
                .contains("loss is NaN, which JSON does not have"))
        #expect(
            message([
                "write", "idle", "-s", "f", "--message", String(repeating: "x", count: 70_000),
            ])
            .contains("over 65536 bytes"))
        #expect(message(["serve", "--tls-key", "k"]).contains("--tls-certificate and --tls-key"))
    }

    @Test("takes a path for a URL only where it looks like one")
    func meant() {
        #expect(Watch.urlMeant(by: "run/a:80") == nil)
        #expect(Watch.urlMeant(by: "status.json") == nil)
        #expect(Watch.urlMeant(by: "a:b") == nil)
        #expect(Watch.urlMeant(by: "a:1:2") == nil)
        #expect(Watch.urlMeant(by: "gpu1:80") == "http://gpu1:80")
    }

    @Test("asks a server on all addresses on loopback")
    func healthcheck() throws {
        func url(_ host: String, _ port: UInt16, isEncrypted: Bool = false) throws -> String {
            try Healthcheck.url(host: host, port: port, isEncrypted: isEncrypted).description
        }
        #expect(try url("0.0.0.0", 1) == "http://127.0.0.1:1/")
        #expect(try url("::", 1) == "http://[::1]:1/")
        #expect(try url("fd00::1", 80) == "http://[fd00::1]/")
        #expect(try url("gpu1", 2) == "http://gpu1:2/")
        #expect(try url("0.0.0.0", 1, isEncrypted: true) == "https://127.0.0.1:1/")
        #expect(try url("::", 443, isEncrypted: true) == "https://[::1]/")
    }
}
