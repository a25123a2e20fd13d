import Testing

@testable import PulseWatch

@Suite("FramePacer")
struct FramePacerTests {
    @Test("draws the first at once, and of a burst only the last, in time")
    func burst() {
        var pacer = FramePacer(interval: .milliseconds(50))
        #expect(pacer.draw(at: .zero) == .now)
        #expect(pacer.draw(at: .milliseconds(10)) == .after(.milliseconds(40)))
        #expect(pacer.draw(at: .milliseconds(20)) == .planned)
        #expect(pacer.draw(at: .milliseconds(50)) == .now)
        #expect(pacer.draw(at: .milliseconds(60)) == .after(.milliseconds(40)))
        #expect(pacer.draw(at: .seconds(9)) == .now)
    }
}
