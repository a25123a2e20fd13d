import Testing

@testable import PulseNATS

@Suite("KeyAddress")
struct KeyAddressTests {
    @Test(
        "shows no user and no password of a text that is no address",
        arguments: [
            ("nats://me:secret@host/b/k", "nats://…@host/b/k"),
            ("nats://me:s@h@host,you:t@other/b/k", "nats://…@other/b/k"),
            ("me@nats://host/b/k", "me@nats://host/b/k"),
            ("nats://host/b/k", "nats://host/b/k"), ("@", "@"), ("", ""),
        ])
    func hidesPassword(text: String, shown: String) {
        #expect(NATSAddress.withoutPassword(text) == shown)
    }

    @Test(
        "reads servers, bucket and key",
        arguments: [
            ("nats://a/b/k", ["a:4222"], "b", "k"),
            (
                "nats://a:4223,b.example:1,127.0.0.1/runs/gpu-1",
                ["a:4223", "b.example:1", "127.0.0.1:4222"],
                "runs", "gpu-1"
            ),
            ("nats://[::1]/b/k", ["[::1]:4222"], "b", "k"),
            ("nats://[::1]:4223/b/k", ["[::1]:4223"], "b", "k"),
            ("NATS://a/B_1-x/team/gpu.1=x_y", ["a:4222"], "B_1-x", "team/gpu.1=x_y"),
        ])
    func good(text: String, servers: [String], bucket: String, key: String) throws {
        let address = try KeyAddress(text)
        #expect(address.place.servers == servers)
        #expect(address.place.bucket == bucket)
        #expect(address.key == key)
        #expect(!address.place.isEncrypted)
    }

    @Test("tls:// is encrypted, and stays written so")
    func encrypted() throws {
        let address = try KeyAddress("tls://a,b:1/b/k")
        #expect(address.place.isEncrypted)
        #expect(address.place.urls == ["tls://a:4222", "tls://b:1"])
        #expect(address.description == "tls://a:4222,b:1/b/k")
    }

    @Test(
        "names what is wrong",
        arguments: [
            ("", "must begin with"),
            ("status.json", "must begin with"),
            ("http://a/b/k", "must begin with"),
            ("nats:a/b/k", "must begin with"),
            ("nats+tls://a/b/k", "must begin with"),
            ("nats://", "a host's name is missing"),
            ("nats:///b/k", "a host's name is missing"),
            ("nats://a,/b/k", "a host's name is missing"),
            ("nats://:4222/b/k", "a host's name is missing"),
            ("nats://[]/b/k", "a host's name is missing"),
            ("nats://[::1/b/k", "closing bracket"),
            ("nats://a:0/b/k", "is no port"),
            ("nats://a:x/b/k", "is no port"),
            ("nats://a:65536/b/k", "is no port"),
            ("nats://u:p@a/b/k", "--nats-credentials"),
            ("nats://a", "names no bucket"),
            ("nats://a/", "names no bucket"),
            ("nats://a//k", "names no bucket"),
            ("nats://a/b", "names no key: nats://HOST/b/KEY"),
            ("nats://a/b/", "names no key"),
            ("nats://a/b.c/k", "'.' can't stand in a bucket's name"),
            ("nats://a/b c/k", "spaces"),
            ("nats://a/b/k*", "'*' can't stand in a key"),
            ("nats://a/b/k>", "'>' can't stand in a key"),
            ("nats://a/b/k?x=1", "'?' can't stand in a key"),
            ("nats://a/b/.k", "no dot at its ends"),
            ("nats://a/b/k.", "no dot at its ends"),
            ("nats://a/b/k..l", "no two in a row"),
            ("nats://a/b/_kv_x", "belong to NATS"),
            ("nats://a/b/schlüssel", "beyond ASCII"),
            ("nats://a/b/k\u{0}", "beyond ASCII"),
        ])
    func bad(text: String, reason: String) {
        let error = #expect(throws: KeyAddress.ParseError.self) { try KeyAddress(text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "accepted")")
    }
}
