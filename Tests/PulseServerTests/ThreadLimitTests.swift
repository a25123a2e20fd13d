import Testing

@testable import PulseServer

@Suite("ThreadLimit")
struct ThreadLimitTests {
    @Test("lets a server have its threads, again and again")
    func allows() {
        for _ in 0..<10 {
            #expect(ThreadLimit.allows(threads: ThreadLimit.minimum))
        }
    }
}
