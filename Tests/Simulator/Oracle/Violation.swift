/// What must always hold, whatever happens.
package enum Invariant: Int, Sendable, CaseIterable {
    case served = 1
    case death, life, curve, transitions, identity

    package var text: String {
        switch self {
        case .served: "what is served is the newest accepted document"
        case .death: "a dead trainer is stale by its deadline, and live by its own act only"
        case .life: "a living trainer whose pauses are within its habits is never stale"
        case .curve: "the curve is what the attempts wrote, cut only at resumes"
        case .transitions: "every transition is told, in order, none that didn't happen"
        case .identity: "no two runs become one, and none that can be known becomes two"
        }
    }
}

/// An invariant that doesn't hold.
package struct Violation: Error, Sendable {
    package let invariant: Invariant
    /// What is the case, and what should be.
    package let detail: String

    init(_ invariant: Invariant, _ detail: String) {
        self.invariant = invariant
        self.detail = detail
    }
}
