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
            (terminal, terminal, .outputRelay(isTerminal: true), nil),
            (
                otherTerminal, terminal, .outputRelay(isTerminal: true),
                .outputRelay(isTerminal: true)
            ),
            (pipe, terminal, .outputRelay(isTerminal: true), .outputRelay(isTerminal: false)),
            (pipe, pipe, .outputRelay(isTerminal: false), nil),
            (otherPipe, pipe, .outputRelay(isTerminal: false), .outputRelay(isTerminal: false)),
            (terminal, pipe, .outputRelay(isTerminal: false), .outputRelay(isTerminal: true)),
            (file, pipe, .outputRelay(isTerminal: false), .file(offset: 100)),
            (nil, terminal, .outputRelay(isTerminal: true), CapturePlan.Way.none),
            (file, file, .file(offset: 100), nil),
            (terminal, file, .file(offset: 100), .outputRelay(isTerminal: true)),
            (terminal, nil, .none, .outputRelay(isTerminal: true)),
            (nil, nil, .none, CapturePlan.Way.none),
        ]
            as [(
                CapturePlan.Target?, CapturePlan.Target?, CapturePlan.Way, CapturePlan.Way?
            )])
    func plans(
        out: CapturePlan.Target?, err: CapturePlan.Target?, error: CapturePlan.Way,
        output: CapturePlan.Way?
    ) {
        let plan = CapturePlan(output: out, error: err)
        #expect(plan.error == error)
        #expect(plan.output == output)
    }
}
