import Glibc
import Testing

@testable import Pulse

@Suite("SystemError")
struct SystemErrorTests {
    @Test("is in small letters, for the middle of a sentence")
    func text() {
        #expect(SystemError.text(EACCES) == "permission denied")
        #expect(SystemError.text(ENOENT) == "no such file or directory")
    }
}
