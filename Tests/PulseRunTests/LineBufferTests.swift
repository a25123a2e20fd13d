import Testing

@testable import PulseRun

@Suite("LineBuffer")
struct LineBufferTests {
    @Test("cuts at line ends and nowhere else")
    func cuts() {
        var buffer = LineBuffer()
        var lines = buffer.append(Array("a\n\nb".utf8)[...])
        #expect(lines == [[0x61], []])
        lines = buffer.append(Array("c\n".utf8)[...])
        #expect(lines == [[0x62, 0x63]])
        let rest = buffer.rest()
        #expect(rest == [])
    }

    @Test("passes over a line without bounds")
    func tooLong() {
        var buffer = LineBuffer()
        let chunk = [UInt8](repeating: 0x61, count: LineBuffer.limit / 2)
        for _ in 0..<5 {
            let lines = buffer.append(chunk[...])
            #expect(lines == [])
        }
        let rest = buffer.rest()
        #expect(rest == [])
        let lines = buffer.append(Array("a\nb\n".utf8)[...])
        #expect(lines == [[0x62]])
    }
}
