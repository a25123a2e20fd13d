import Testing

@testable import Pulse

@Suite("RunDetails")
struct RunDetailsTests {
    private func failure(_ make: () throws -> RunDetails) -> (PulseError.Reason, PulseError.Field)?
    {
        let error = #expect(throws: PulseError.self) { _ = try make() }
        guard let error, let field = error.field else { return nil }
        return (error.reason, field)
    }

    @Test("refuses what no document can hold, with the field")
    func bounds() {
        let long = String(repeating: "é", count: 129)
        #expect(failure { try RunDetails(profile: long) } ?? (.zero, .run) == (.tooLong, .profile))
        #expect(
            failure { try RunDetails(run: String(repeating: "r", count: 65)) } ?? (.zero, .run)
                == (.tooLong, .run))
        #expect(
            failure { try RunDetails(stepsDone: 1 << 53) } ?? (.zero, .run)
                == (.overflow, .stepsDone))
        #expect(
            failure { try RunDetails(totalSteps: -1) } ?? (.zero, .run) == (.negative, .totalSteps))
        #expect(failure { try RunDetails(batchSize: 0) } ?? (.empty, .run) == (.zero, .batchSize))
        #expect(
            failure { try RunDetails(learningRate: .nan) } ?? (.zero, .run)
                == (.notFinite, .learningRate))
        #expect(
            failure { try RunDetails(metrics: [("a", 1), ("a", 2)]) } ?? (.zero, .run)
                == (.duplicateName, .metrics))
        #expect(
            failure { try RunDetails(metrics: [("a b", 1)]) } ?? (.zero, .run)
                == (.invalidName, .metrics))
        let many = (0..<65).map { ("m\($0)", 1.0) }
        #expect(
            failure { try RunDetails(metrics: many) } ?? (.zero, .run)
                == (.tooManyMetrics, .metrics))
    }

    @Test("says the same whatever the order of the metrics is")
    func equality() throws {
        let one = try RunDetails(profile: "p", metrics: [("b", 1), ("a", 2)])
        let other = try RunDetails(profile: "p", metrics: [("a", 2), ("b", 1)])
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one.metrics.map(\.name) == ["a", "b"])
        #expect(one != .unknown)
        // Swift alone would call both spellings of é the same.
        #expect(try RunDetails(profile: "\u{E9}") != RunDetails(profile: "e\u{301}"))
    }

    @Test("is read back from its bytes")
    func bytes() throws {
        let details = try RunDetails(
            profile: "p", stepsDone: 3, learningRate: 0, metrics: [("a", -1)], run: "r", attempt: 2)
        #expect(try RunDetails(bytes: details.bytes) == details)
    }
}

@Suite("PulseDocument")
struct PulseDocumentTests {
    @Test(
        "projects a loss that wasn't measured to the one that is given, and stays the same document"
    )
    func projection() throws {
        let status = try TrainingStatus(
            status: .running, epoch: 1, totalEpochs: 2, loss: 7, message: "", timestamp: 1)
        let document = PulseDocument(status, details: .unknown, hasLoss: false)
        #expect(document.v1.loss == 0)
        #expect(document.loss == nil)
        let projected = document.projecting(loss: 0.5)
        #expect(projected.v1.loss == 0.5)
        #expect(PulseEncoder.encode(projected) == PulseEncoder.encode(document))
        #expect(PulseDocument(status).projecting(loss: 0.5) == PulseDocument(status))
    }
}
