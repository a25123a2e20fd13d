import Testing

@testable import PulseRun

@Suite("EventLog")
struct EventLogTests {
    @Test("reads what torch's SummaryWriter wrote, in every form of a scalar")
    func torch() throws {
        var log = EventLog(since: 0)
        let reports = log.append(try WrittenLog.bytes("torch.tfevents")[...])
        #expect(reports.map(\.step) == [1, 2, 3, 4, 5, 6, 7])
        #expect(reports.map(\.epoch) == [0.25, 0.5, 0.75, 1, 1.25, nil, nil])
        #expect(reports.prefix(6).map(\.loss) == [1, 0.5, 0.33333334, 0.25, 0.33, 0.125])
        #expect(reports.last?.loss?.isNaN == true)
        #expect(log.problem == nil)
    }

    @Test("reads tensorboardX, and Lightning's own epochs")
    func others() throws {
        var log = EventLog(since: 0)
        let plain = log.append(try WrittenLog.bytes("tensorboardX.tfevents")[...])
        #expect(plain.map(\.loss) == [1, 0.5, 0.33333334])
        log = EventLog(since: 0)
        let lightning = log.append(try WrittenLog.bytes("lightning.tfevents")[...])
        #expect(lightning.compactMap(\.loss).count == 4)
        #expect(lightning.last?.epoch == 1)
        #expect(lightning.last?.isEpochWhole == true)
    }

    @Test("reads the rate and other measures, those of an evaluation alone as well")
    func details() throws {
        var log = EventLog(since: 0)
        let trainer = log.append(try WrittenLog.bytes("trainer-nan.tfevents")[...])
        #expect(trainer.map { $0.details.learningRate != nil } == [true, true, true])
        #expect(
            trainer.map { $0.details.metrics.map(\.name) }
                == Array(repeating: ["train/grad_norm"], count: 3))
        #expect(trainer.allSatisfy { !$0.isStepIndex })
        log = EventLog(since: 0)
        let evaluated = log.append(try WrittenLog.bytes("torch.tfevents")[...]).first
        #expect(evaluated?.details.metrics.map(\.name) == ["train/grad_norm", "eval/loss"])
        log = EventLog(since: 0)
        let lightning = log.append(try WrittenLog.bytes("lightning.tfevents")[...])
        #expect(Set(lightning.flatMap(\.details.metrics).map(\.name)) == ["val_loss"])
        // Its steps are counted from 0.
        #expect(lightning.allSatisfy { $0.isStepIndex == $0.tellsProgress })
    }

    @Test("tells the same progress whatever stands beside it, piece by piece")
    func detailsApart() throws {
        for name in ["torch", "trainer-nan", "lightning"] {
            let bytes = try WrittenLog.bytes("\(name).tfevents")
            var log = EventLog(since: 0)
            var metrics: [ReportDetails.Metric] = []
            for start in bytes.indices {
                metrics += log.append(bytes[start...start]).flatMap(\.details.metrics)
            }
            log = EventLog(since: 0)
            let whole = log.append(bytes[...]).flatMap(\.details.metrics)
            #expect(metrics == whole)
        }
    }

    @Test(
        "knows the totals that the Trainer writes beside its numbers",
        arguments: [("epochs", 3, nil), ("steps", nil, 24)] as [(String, Double?, Double?)])
    func plan(name: String, epochs: Double?, steps: Double?) throws {
        var log = EventLog(since: 0)
        let reports = log.append(try WrittenLog.bytes("trainer-\(name).tfevents")[...])
        let report = try #require(reports.last)
        #expect(report.totalEpochs == epochs)
        #expect(report.totalSteps == steps)
        #expect((report.step, report.epoch, report.loss) == (8, 1, 0.5))
    }

    @Test("knows by the gradient a loss that the Trainer hides")
    func gradient() throws {
        var log = EventLog(since: 0)
        let reports = log.append(try WrittenLog.bytes("trainer-nan.tfevents")[...])
        #expect(reports.map(\.loss) == [0.5, 0, 0])
        #expect(reports.map(\.hasLostGradient) == [false, true, true])
    }

    @Test("gives the same whatever pieces the file comes in", arguments: [1, 7, 64])
    func pieces(size: Int) throws {
        let bytes = try WrittenLog.bytes("torch.tfevents")
        var log = EventLog(since: 0)
        var last: ProgressReport?
        var losses: [Double] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            for report in log.append(bytes[start..<min(start + size, bytes.count)]) {
                losses += [report.loss].compactMap { $0 }
                last = report
            }
        }
        #expect(losses.count == 7)
        #expect(last?.step == 7)
    }

    @Test("believes nothing from before the run")
    func earlier() throws {
        var log = EventLog(since: 4e9)
        let reports = log.append(try WrittenLog.bytes("torch.tfevents")[...])
        #expect(reports.isEmpty)
    }

    @Test("passes over a record with a bad checksum, and says so")
    func damaged() throws {
        var bytes = try WrittenLog.bytes("tensorboardX.tfevents")
        bytes[bytes.count - 1] ^= 1
        var log = EventLog(since: 0)
        let reports = log.append(bytes[...])
        #expect(reports.compactMap(\.step) == [1, 2])
        #expect(log.problem == "has records with a bad checksum, which are passed over")
    }

    @Test("gives a file up whose lengths can't be believed")
    func givenUp() throws {
        var log = EventLog(since: 0)
        var reports = log.append([UInt8](repeating: 0xA5, count: 4_096)[...])
        #expect(reports.isEmpty)
        #expect(log.problem?.contains("is no event file") == true)
        reports = log.append(try WrittenLog.bytes("torch.tfevents")[...])
        #expect(reports.isEmpty)
    }

    @Test("passes over a record that is too long, and holds none of it")
    func tooLong() throws {
        let length = EventRecords.limit * 3
        let head = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        let checksum = CRC32C.masked(head)
        let record =
            head + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
            + [UInt8](repeating: 1, count: Int(length) + 4)
        let whole = record + (try WrittenLog.bytes("tensorboardX.tfevents"))
        for size in [whole.count, 1_000] {
            var log = EventLog(since: 0)
            var steps: [Double] = []
            for start in stride(from: 0, to: whole.count, by: size) {
                steps += log.append(whole[start..<min(start + size, whole.count)])
                    .compactMap(\.step)
            }
            #expect(Set(steps) == [1, 2, 3])
        }
    }

    @Test("survives any bytes, and files with any byte changed")
    func fuzzed() throws {
        var generator = SystemRandomNumberGenerator()
        let good = try WrittenLog.bytes("torch.tfevents")
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255)
            }
            var log = EventLog(since: 0)
            _ = log.append(bytes[...])
            // What has passed a checksum by chance, or by intent.
            _ = ScalarEvent(bytes[Int.random(in: bytes.indices, using: &generator)...])
            _ = ScalarTensor.value(of: bytes[Int.random(in: bytes.indices, using: &generator)...])
        }
    }
}

@Suite("CRC32C")
struct CRC32CTests {
    @Test("agrees with RFC 3720, appendix B.4")
    func vectors() {
        let unmasked = { (bytes: [UInt8]) -> UInt32 in
            let rotated = CRC32C.masked(bytes) &- 0xA282_EAD8
            return rotated >> 17 | rotated << 15
        }
        #expect(unmasked([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(unmasked([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    }
}

@Suite("ScalarTensor")
struct ScalarTensorTests {
    @Test(
        "reads each encoding of one number",
        arguments: [
            ([0x08, 1, 0x2D, 0, 0, 0x80, 0x3F], 1.0), ([0x08, 1, 0x2A, 4, 0, 0, 0x80, 0x3F], 1),
            ([0x08, 2, 0x31, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F], 0.5),
            ([0x08, 19, 0x22, 2, 0, 0x38], 0.5), ([0x08, 19, 0x6A, 2, 0x80, 0x70], 0.5),
            ([0x08, 14, 0x22, 2, 0x80, 0x3F], 1), ([0x08, 19, 0x22, 2, 0, 0x7C], .infinity),
            ([0x08, 3, 0x38, 7], 7), ([0x08, 1, 0x22, 8, 0, 0, 0, 0, 0, 0, 0, 0], nil),
            ([0x08, 7, 0x42, 1, 0x41], nil), ([], nil),
        ] as [([UInt8], Double?)])
    func encodings(tensor: [UInt8], value: Double?) {
        #expect(ScalarTensor.value(of: tensor[...]) == value)
    }
}
