import Glibc
import Testing

@testable import Pulse

@Suite("FileError")
struct FileErrorTests {
    @Test(
        "has a reason for each kind of failure",
        arguments: [
            (.call(ENOENT), .missing, "no such file or directory"),
            (.call(EACCES), .permissionDenied, "permission denied"),
            (.call(EPERM), .permissionDenied, "operation not permitted"),
            (.call(EISDIR), .notRegular, "is a directory"),
            (.call(ENXIO), .notRegular, "no such device or address"),
            (.call(EIO), .ioError, "input/output error"),
            (.call(ELOOP), .ioError, "too many levels of symbolic links"),
            (.call(EMFILE), .ioError, "too many open files"),
            (.notRegular, .notRegular, "not a regular file"),
            (.tooLarge, .tooLarge, "larger than 65536 bytes"),
            (.changing, .changing, "changes all the time while it is read"),
        ] as [(FileError, PulseError.Reason, String)])
    func reasons(_ error: FileError, _ reason: PulseError.Reason, _ text: String) {
        let pulseError = PulseError.file("status.json", error)
        #expect(pulseError.reason == reason)
        #expect(pulseError.description == "status.json: \(text)")
        #expect(pulseError.field == nil)
        #expect(pulseError.offset == nil)
    }
}
