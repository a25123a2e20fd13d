import Testing

@testable import PulseServer

@Suite("ServedPlace")
struct ServedPlaceTests {
    @Test(
        "a source is where the place and its label say",
        arguments: [
            (.file, "/d/status.json", "status.json", "/d/status.json"),
            (.key, "nats://h:4222/runs/gpu-1", "runs/gpu-1", "nats://h:4222/runs/gpu-1"),
            (.directory, "/d", "a/status.json", "/d/a/status.json"),
            (.bucket, "nats://h:4222/runs", "runs/team/gpu-1", "nats://h:4222/runs/team/gpu-1"),
        ] as [(ServedPlace.Kind, String, String, String)])
    func sources(_ kind: ServedPlace.Kind, _ address: String, _ label: String, _ source: String) {
        #expect(ServedPlace(kind, at: address).address(ofSource: label) == source)
    }

    @Test(
        "paths are for who shows a token, or is on this machine with no proxy between",
        arguments: [
            (true, [], nil, true), (false, [], nil, false), (true, ["gpu1"], nil, false),
            (false, ["gpu1"], "token", true), (true, ["gpu1"], "token", true),
        ] as [(Bool, [String], String?, Bool)])
    func paths(_ isLoopback: Bool, _ hosts: [String], _ token: String?, _ isTold: Bool) {
        var configuration = StatusServerConfiguration(statusFile: "/d/status.json", limit: .current)
        configuration.allowedHosts = hosts
        configuration.tokenFile = token
        #expect(configuration.showsPaths(isLoopback: isLoopback) == isTold)
    }
}
