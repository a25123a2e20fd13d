import Testing

@testable import Pulse

@Suite("Int64+Clamped")
struct Int64ClampedTests {
    @Test("adds and subtracts as usual, and stops at the ends")
    func ends() {
        #expect(Int64(5).clampedSum(-7) == -2)
        #expect(Int64.max.clampedSum(1) == .max)
        #expect(Int64.min.clampedSum(-1) == .min)
        #expect(Int64.max.clampedSum(.min) == -1)
        #expect(Int64(5).clampedDifference(7) == -2)
        #expect(Int64.min.clampedDifference(1) == .min)
        #expect(Int64(0).clampedDifference(.min) == .max)
        #expect(Int64(-1).clampedDifference(.min) == .max)
        #expect(Int64(-2).clampedDifference(.max) == .min)
    }
}
