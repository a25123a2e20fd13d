import Testing

@testable import Pulse

@Suite("PulseError")
struct PulseErrorTests {
    @Test(
        "reads as one plain line that ends with the place",
        arguments: [
            (#"{"loss": NaN}"#, "loss is NaN, which JSON does not have (byte 9)"),
            (#"{"loss": -inf}"#, "loss is -Infinity, which JSON does not have (byte 9)"),
            (#"{"epoch": -1}"#, "epoch is below 0 (byte 10)"),
            (#"{"status": "paused"}"#, "status is not idle, running, done or error (byte 11)"),
            (#"{"timestamp": 17.0}"#, "timestamp is not written as an integer (byte 14)"),
            (
                #"{"timestamp": 9223372036854775808}"#,
                "timestamp is too large for 64 bits (byte 14)"
            ),
            (#"{"message": 5}"#, "message is not a string (byte 12)"),
            (#"{"loss": null}"#, "loss is not a number (byte 9)"),
            ("{}", "status is missing (byte 1)"), ("{", "the document ends too early (byte 1)"),
            ("", "the document is empty (byte 0)"),
            ("[]", "the document is not a JSON object (byte 0)"),
        ])
    func descriptions(_ text: String, _ description: String) {
        let error = #expect(throws: PulseError.self) { try PulseDecoder.decode(Array(text.utf8)) }
        #expect(error?.description == description)
    }

    @Test(
        "says in the same way what breaks version 2",
        arguments: [
            (#"{"version": "2"}"#, "version is not a number (byte 12)"),
            (#"{"version": 2, "metrics": []}"#, "metrics is not an object (byte 26)"),
            (#"{"version": 2, "run": 7}"#, "run is not a string (byte 22)"),
        ])
    func descriptionsOfVersion2(_ text: String, _ description: String) {
        let error = #expect(throws: PulseError.self) {
            try PulseDecoder.decodeDocument(Array(text.utf8))
        }
        #expect(error?.description == description)
    }

    @Test("says of a file what is wrong with which")
    func files() {
        #expect(
            "\(PulseError.file("status.json", .call(2)))"
                == "status.json: no such file or directory")
        #expect(
            "\(PulseError.file("status.json", .notRegular))" == "status.json: not a regular file")
    }

    @Test("has codes that fit a label in the metrics", arguments: PulseError.Reason.allCases)
    func codes(_ reason: PulseError.Reason) {
        #expect(reason.rawValue.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil)
    }

    @Test("names the fields as the documents do")
    func fields() {
        #expect(
            PulseError.Field.allCases.map(\.rawValue)
                == [
                    "version", "status", "epoch", "total_epochs", "loss", "message", "timestamp",
                    "profile", "dataset", "steps_done", "total_steps", "lr", "batch_size",
                    "gpu_memory_usage", "metrics", "run", "attempt",
                ])
    }
}
