import Testing

import Pulse
@testable import PulseMonitor

@Suite("Liveness")
struct LivenessTests {
    @Test("has the four names that are served")
    func names() {
        #expect(Liveness.allCases.map(\.rawValue) == ["waiting", "live", "stale", "finished"])
    }
}
