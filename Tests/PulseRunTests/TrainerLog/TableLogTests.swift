import Testing

@testable import PulseRun

@Suite("TableLog")
struct TableLogTests {
    private func reports(_ name: String) throws -> [ProgressReport] {
        var log = TableLog()
        return log.append(try WrittenLog.bytes(name)[...])
    }

    @Test("reads Lightning's metrics.csv, whose columns are sparse")
    func lightning() throws {
        let reports = try reports("lightning.csv")
        #expect(reports.map(\.step) == [1, 3, 3, 5, 7, 7])
        #expect(reports.map(\.loss).filter { $0 == nil }.count == 2)
        #expect(reports.map(\.epoch) == [0, 0, 0, 1, 1, 1])
        #expect(reports.filter(\.isEpochWhole).count == 6)
    }

    @Test("reads the file of Keras' CSVLogger, which counts epochs from 0")
    func keras() throws {
        let reports = try reports("keras.csv")
        #expect(reports.map(\.epoch) == [1, 2, 3])
        #expect(reports.first?.loss == 5.194336414337158)
    }

    @Test("reads Ultralytics' results.csv, whose names have blanks")
    func ultralytics() throws {
        let reports = try reports("ultralytics.csv")
        #expect(reports.map(\.epoch) == [1, 2])
        #expect(reports.map(\.loss) == [1.18641, 1.04217])
    }

    @Test("reads rates and measures, the largest of several rates")
    func details() {
        var log = TableLog()
        let table =
            "epoch,train/box_loss,train/cls_loss,metrics/mAP50(B),val/box_loss,lr/pg0,lr/pg1\n"
            + "1, 1.5, 0.5, 0.25, nan, 0.001, 0.01\n"
        let report = log.append(Array(table.utf8)[...]).first
        #expect(report?.loss == 1.5)
        #expect(report?.details.learningRate == 0.01)
        let metrics = report?.details.metrics ?? []
        #expect(
            metrics.map(\.name) == ["train/cls_loss", "metrics/mAP50_B_", "val/box_loss"])
        #expect(metrics.map(\.value).prefix(2) == [0.5, 0.25])
        #expect(metrics.last?.value.isNaN == true)
    }

    @Test("knows of Lightning's steps that they are counted from 0", arguments: [true, false])
    func stepIndex(isOfLightning: Bool) {
        var log = TableLog(countsFromZero: isOfLightning)
        var reports = log.append(Array("epoch,step,train_loss\n0,1,0.5\n".utf8)[...])
        #expect(reports.map(\.isStepIndex) == [isOfLightning])
        log.restart()
        reports = log.append(Array("epoch,step,train_loss,val\n0,1,0.5,\n0,3,0.5,1\n".utf8)[...])
        #expect(reports.map(\.isStepIndex) == [isOfLightning])
    }

    @Test("reads on where the file was written anew with one more column")
    func growingHeader() {
        var log = TableLog()
        var reports = log.append(Array("epoch,step,train_loss\n0,1,0.5\n0,2,0.4\n".utf8)[...])
        #expect(reports.map(\.step) == [1, 2])
        log.restart()
        let anew = "epoch,step,train_loss,val_loss\n0,1,0.5,\n0,2,0.4,\n0,3,0.3,0.9\n"
        reports = log.append(Array(anew.utf8)[...])
        #expect(reports.map(\.step) == [3])
    }

    @Test("reads a file that begins again with the same columns from its first row")
    func anotherRun() {
        var log = TableLog()
        _ = log.append(Array("epoch,loss\n0,0.5\n1,0.4\n".utf8)[...])
        log.restart()
        let reports = log.append(Array("epoch,loss\n0,0.7\n".utf8)[...])
        #expect(reports.map(\.loss) == [0.7])
    }

    @Test("keeps a loss that isn't finite", arguments: ["nan", "inf", "-inf", "NaN"])
    func notFinite(text: String) {
        var log = TableLog()
        let reports = log.append(Array("step,loss\n1,\(text)\n".utf8)[...])
        #expect(reports.first?.loss?.isFinite == false)
    }

    @Test(
        "passes over what is no table", arguments: ["hello\nworld\n", "a,b\nx,y\n", "\0,\0\n1,2\n"])
    func others(text: String) {
        var log = TableLog()
        let reports = log.append(Array(text.utf8)[...])
        #expect(reports.isEmpty)
    }

    @Test("survives any bytes")
    func fuzzed() {
        for _ in 0..<1_000 {
            var log = TableLog()
            let marks = Array(",\"\n0e-.epochloss\r".utf8)
            let text = (0..<200).map { _ in
                Bool.random() ? marks.randomElement() ?? 0 : UInt8.random(in: 0...255)
            }
            _ = log.append(Array("epoch,loss\n".utf8)[...] + text)
            _ = log.rest()
        }
    }
}

@Suite("CSVRow")
struct CSVRowTests {
    @Test(
        "cuts fields",
        arguments: [
            ("a,b", ["a", "b"]), ("\"a,b\",c\r", ["a,b", "c"]),
            ("\"say \"\"a\"\"\",", ["say \"a\"", ""]),
            ("", [""]), ("\"open", nil),
        ] as [(String, [String]?)])
    func fields(line: String, fields: [String]?) {
        #expect(CSVRow.fields(Array(line.utf8)) == fields)
    }
}

@Suite("MetricName")
struct MetricNameTests {
    @Test(
        "knows the names of many libraries",
        arguments: [
            ("train/loss", .loss(rank: 0)), ("loss", .loss(rank: 1)),
            ("train_loss", .loss(rank: 2)),
            ("  train/box_loss ", .loss(rank: 3)), ("epoch_loss", .loss(rank: 3)),
            ("embedding_loss", .loss(rank: 3)), ("eval/loss", .evaluation),
            ("val_loss", .evaluation),
            ("validation_loss", .evaluation), ("test_loss", .evaluation), ("train/epoch", .epoch),
            ("epoch", .epochIndex), ("step", .step), ("lr-Adam", .learningRate),
            ("lr-Adam/pg1", .learningRate),
            ("lr-Adam-momentum", .other), ("lr-Adam-weight_decay", .other),
            ("train/learning_rate", .learningRate), (" lr/pg0", .learningRate),
            ("epoch_learning_rate", .learningRate), ("lrx", .other), ("lr", .learningRate),
            ("weight_lossless", .other),
        ] as [(String, MetricName)])
    func names(name: String, meaning: MetricName) {
        #expect(MetricName(name) == meaning)
    }
}
