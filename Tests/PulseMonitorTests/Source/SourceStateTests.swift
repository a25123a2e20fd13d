import Pulse
import Testing

@testable import PulseMonitor

@Suite("SourceState")
struct SourceStateTests {
    @Test(
        "follows from the reason",
        arguments: [
            (nil, .ok), (.missing, .missing), (.notRegular, .unreadable),
            (.permissionDenied, .unreadable), (.changing, .unreadable), (.ioError, .unreadable),
            (.empty, .invalid), (.tooLarge, .invalid), (.notFinite, .invalid),
            (.unknownStatus, .invalid),
        ] as [(PulseError.Reason?, SourceState)])
    func states(_ reason: PulseError.Reason?, _ state: SourceState) {
        #expect(SourceState(reason.map { PulseError($0, "x") }) == state)
    }
}
