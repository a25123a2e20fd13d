import Logging
import Testing

@testable import Pulse
@testable import PulseCommand

@Suite("StandardErrorLog")
struct StandardErrorLogTests {
    private func line(_ message: String, _ format: LogFormat) -> String {
        String(
            decoding: StandardErrorLog.line(
                level: .warning, message: message, time: "2025-11-28T16:00:00Z", format: format),
            as: UTF8.self)
    }

    @Test("writes a line for a person, or a document for a program")
    func forms() {
        #expect(line("source is ok", .text) == "2025-11-28T16:00:00Z warning source is ok\n")
        #expect(
            line("a \"b\"", .json)
                == #"{"time": "2025-11-28T16:00:00Z", "level": "warning", "message": "a \"b\""}"#
                + "\n")
    }

    @Test("names the source whose run it is about")
    func source() {
        func line(_ format: LogFormat) -> String {
            String(
                decoding: StandardErrorLog.line(
                    level: .info, source: "a", message: "run is done", time: "T", format: format),
                as: UTF8.self)
        }
        #expect(line(.text) == "T info a: run is done\n")
        #expect(
            line(.json)
                == #"{"time": "T", "level": "info", "source": "a", "message": "run is done"}"#
                + "\n")
    }

    @Test(
        "lets no text from outside forge a line or reach the terminal",
        arguments: [
            "a\nb", "a\r\nb", "\u{1B}[31m", "\u{9B}31m", "\u{202E}x", "\0", "\u{7F}", "\u{2028}",
            "\u{E0041}", "\u{85}",
        ])
    func hostile(_ message: String) throws {
        for format in LogFormat.allCases {
            let line = line(message, format)
            #expect(line.hasSuffix("\n"))
            for scalar in line.dropLast().unicodeScalars {
                let category = scalar.properties.generalCategory
                #expect(category != .control && category != .format && category != .lineSeparator)
            }
        }
        #expect(JSONValue(Array(line(message, .json).utf8)) != nil)
    }
}
