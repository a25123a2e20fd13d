import Testing

@testable import PulseRun

@Suite("CapturePlan")
struct CapturePlanTests {
    private static let terminal = CapturePlan.Target(kind: .terminal, identity: [1, 5])
    private static let otherTerminal = CapturePlan.Target(kind: .terminal, identity: [1, 6])
    private static let pipe = CapturePlan.Target(kind: .other, identity: [2, 7])
    private static let otherPipe = CapturePlan.Target(kind: .other, identity: [2, 8])
    private static let file = CapturePlan.Target(kind: .file(size: 100), identity: [3, 9])

    @Test(
        "takes stdout along exactly when it is the same terminal or pipe",
        arguments: [
            (terminal, terminal, CapturePlan.outputRelay(isTerminal: true, withOutput: true)),
            (otherTerminal, terminal, .outputRelay(isTerminal: true, withOutput: false)),
            (pipe, terminal, .outputRelay(isTerminal: true, withOutput: false)),
            (pipe, pipe, .outputRelay(isTerminal: false, withOutput: true)),
            (otherPipe, pipe, .outputRelay(isTerminal: false, withOutput: false)),
            (terminal, pipe, .outputRelay(isTerminal: false, withOutput: false)),
            (nil, terminal, .outputRelay(isTerminal: true, withOutput: false)),
            (file, file, .file(offset: 100)), (terminal, file, .file(offset: 100)),
            (terminal, nil, .none), (nil, nil, .none),
        ] as [(CapturePlan.Target?, CapturePlan.Target?, CapturePlan)])
    func plans(output: CapturePlan.Target?, error: CapturePlan.Target?, plan: CapturePlan) {
        #expect(CapturePlan(output: output, error: error) == plan)
    }
}
