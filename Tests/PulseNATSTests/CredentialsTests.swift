import Foundation
import TestSupport
import Testing

@testable import NATS

@Suite("Credentials")
struct CredentialsTests {
    private func credentials(_ text: String) throws -> Credentials {
        let directory = try TemporaryDirectory()
        let file = directory.file("credentials")
        try Data(text.utf8).write(to: URL(filePath: file))
        return try Credentials(file: file)
    }

    @Test(
        "reads a user and a password from the first line",
        arguments: [
            ("me:secret", "me", "secret"), ("me:secret\n", "me", "secret"),
            ("\n\nme:secret\r\nmore\n", "me", "secret"), ("me:a:b c", "me", "a:b c"),
            ("me:", "me", ""),
        ])
    func password(text: String, user: String, password: String) throws {
        #expect(try credentials(text) == .password(user: user, password: password))
    }

    @Test("leaves signed credentials to the library")
    func signed() throws {
        let text = "-----BEGIN NATS USER JWT-----\neyJ0:x\n------END NATS USER JWT------\n"
        #expect(try credentials(text) == .signed)
    }

    @Test("names the file that holds none", arguments: ["", "\n", "token", ":secret"])
    func none(text: String) {
        let error = #expect(throws: NATSError.self) { try credentials(text) }
        #expect(error?.code == .unusableFile)
        #expect(error?.text.contains("credentials holds no credentials") == true)
    }

    @Test("a file that isn't there can't be used")
    func missing() {
        let error = #expect(throws: NATSError.self) { try Credentials(file: "/nowhere/x") }
        #expect(error?.code == .unusableFile)
        #expect(error?.isPermanent == true)
    }
}
