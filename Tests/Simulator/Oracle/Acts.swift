internal import Pulse
internal import TestSupport

/// The documents that a server has accepted since it started, and whose acts they were.
struct Acts {
    /// The newest accepted document's.
    private(set) var served: Act?
    private var known: Set<Int> = []
    private var newest: [Act] = []

    /// The contract's: what is among the last 64 accepted documents is no sign of life.
    private static let memory = 64

    /// Takes an accepted document.
    ///
    /// - Returns: whether the server sees it for the first time.
    mutating func accept(_ act: Act) -> Bool {
        served = act
        guard known.insert(act.serial).inserted else { return false }
        if newest.count == Self.memory { newest.removeFirst() }
        newest.append(act)
        return true
    }

    /// One of the documents that must still be remembered, also when a few others come before it.
    func pickRemembered(using random: inout SeededGenerator) -> Act? {
        newest.suffix(Self.memory - 8).randomElement(using: &random)
    }
}
