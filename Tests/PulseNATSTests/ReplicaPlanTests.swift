import NATS
import Testing

@testable import PulseNATS

@Suite("ReplicaPlan")
struct ReplicaPlanTests {
    @Test("begins with three")
    func three() {
        #expect(ReplicaPlan().replicas == 3)
    }

    @Test("one server alone gets one at once")
    func alone() {
        var plan = ReplicaPlan()
        plan.refused(.notClustered, at: .zero)
        #expect(plan.replicas == 1)
    }

    @Test("gives a cluster ten seconds for each server that it may still lack")
    func patient() {
        var plan = ReplicaPlan()
        var seen: [Int] = []
        for second in 0...30 {
            plan.refused(.tooFewServers, at: .seconds(second))
            seen.append(plan.replicas)
        }
        #expect(seen.prefix(10).allSatisfy { $0 == 3 })
        #expect(seen[10] == 2)
        #expect(seen.last == 1)
    }

    @Test("asks for no fewer because of an outage")
    func outage() {
        var plan = ReplicaPlan()
        for second in 0...60 { plan.refused(.timedOut, at: .seconds(second)) }
        #expect(plan.replicas == 3)
    }
}
