import Pulse
import Testing

@testable import PulseMonitor

@Suite("RunDetails+Point")
struct RunDetailsPointTests {
    @Test("what a curve keeps of details comes back from bytes")
    func trip() throws {
        for details in [
            try RunDetails(stepsDone: 3), try RunDetails(learningRate: 0),
            try RunDetails(gpuMemoryUsage: 9_007_199_254_740_991),
            try RunDetails(
                stepsDone: 0, learningRate: 1e-5, gpuMemoryUsage: 1,
                metrics: [(name: "a/b", value: -0.5), (name: "c", value: 2)]),
        ] {
            #expect(RunDetails.point(try #require(details.pointBytes)) == details)
        }
    }

    @Test("details that no curve keeps are no bytes")
    func nothing() throws {
        #expect(try RunDetails(profile: "p", batchSize: 8, run: "r").pointBytes == nil)
    }

    @Test("bytes that are cut off are no details")
    func damaged() throws {
        let bytes = try #require(try RunDetails(stepsDone: 3, metrics: [("a", 1)]).pointBytes)
        for count in 0..<bytes.count {
            #expect(RunDetails.point(Array(bytes.prefix(count))) == nil)
        }
    }
}
