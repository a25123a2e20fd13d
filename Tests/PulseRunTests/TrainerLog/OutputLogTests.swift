import Testing

@testable import PulseRun

@Suite("OutputLog")
struct OutputLogTests {
    private func last(_ outputs: String...) -> ProgressReport? {
        var log = OutputLog()
        var output = ""
        return outputs.reduce(nil) {
            output += $1
            return log.reports(of: tail(of: output)).last ?? $0
        }
    }

    private func tail(of output: String) -> OutputTail {
        OutputTail(
            end: Int64(output.utf8.count), bytes: Array(output.utf8.suffix(OutputLog.window)))
    }

    @Test("reads the newest bar, and the loss behind it")
    func bar() {
        let report = last(
            "\r  0%|          | 0/48 [00:00<?, ?it/s]\r 25%|██▌       | 12/48 [00:03<00:09, 4.0it/s, loss=0.5]"
        )
        #expect(report == ProgressReport(step: 12, totalSteps: 48, loss: 0.5))
    }

    @Test(
        "reads the Trainer's lines, whose epoch belongs to the bar behind them",
        arguments: ["0.5", "'0.5'"])
    func dictionary(loss: String) {
        var log = OutputLog()
        let line =
            " 23%|██▌  | 11/48 [00:03<00:09]\n{'loss': \(loss), 'eval_loss': 9, 'epoch': 0.75}\n"
        let bars = "\r 25%|██▌  | 12/48 [00:03<00:09]\r 27%|██▌  | 13/48 [00:03<00:09]"
        #expect(
            log.reports(of: tail(of: line)).map(\.progress) == [
                ProgressReport(step: 11, totalSteps: 48, loss: 0.5)
            ])
        #expect(
            log.reports(of: tail(of: line + bars)) == [
                ProgressReport(step: 12, totalSteps: 48, epoch: 0.75),
                ProgressReport(step: 13, totalSteps: 48),
            ])
        #expect(log.reports(of: tail(of: line + bars)) == [])
    }

    @Test("reads the lines of a Trainer without bars")
    func lines() {
        #expect(last("{'loss': 0.5, 'epoch': 0.75}\n") == ProgressReport(epoch: 0.75, loss: 0.5))
    }

    @Test("reads what else a whole line of the Trainer's says, the newest of each")
    func details() {
        var log = OutputLog()
        var output =
            "{'loss': '0.5', 'grad_norm': '1.5', 'learning_rate': '2e-05', 'epoch': '0.5'}\n"
        output +=
            "{'loss': '0.4', 'grad_norm': '1.25', 'learning_rate': '1e-05', 'epoch': '0.75'}\n"
        let report = log.reports(of: tail(of: output)).last
        #expect(report?.details.learningRate == 1e-05)
        #expect(report?.details.metrics == [.init(name: "grad_norm", value: 1.25)])
        // The same numbers, and one more that only v2 has a place for.
        output += "{'loss': '0.4', 'rewards/margins': 2, 'epoch': '0.75'}\n"
        let next = log.reports(of: tail(of: output))
        #expect(next.map(\.tellsProgress) == [false])
        #expect(next.first?.details.metrics.map(\.name) == ["rewards/margins"])
        // Half of a line: its last number may be half of one.
        output += "{'eval_loss': 0.25, 'learning_rate': 5e"
        #expect(log.reports(of: tail(of: output)).allSatisfy { $0.details == ReportDetails() })
    }

    @Test("tells that a loss is lost", arguments: ["nan", "inf"])
    func lost(text: String) {
        #expect(last("{'loss': \(text), 'epoch': 1.0}\n")?.loss?.isFinite == false)
    }

    @Test("knows by the gradient a loss that the Trainer hides")
    func gradient() {
        let line = "{'loss': '0', 'grad_norm': 'nan', 'learning_rate': '1e-05', 'epoch': '1.0'}\n"
        #expect(last(line)?.hasLostGradient == true)
        #expect(last(line, line.replacing("nan", with: "0.5"))?.hasLostGradient == false)
    }

    @Test("counts epochs as the title does, from 0 or from 1")
    func titles() {
        #expect(last("Epoch 2/3:  50%|█  | 5/10 [00:03<00:09]")?.epoch == 1.5)
        #expect(last("Epoch 2/3:  50%|█  | 5/10 [00:03<00:09]")?.totalEpochs == 3)
        #expect(
            last("Epoch 0:  50%|█  | 5/10 [00:03", "\rEpoch 2:  50%|█  | 5/10 [00:03<00:09]")?.epoch
                == 2.5
        )
        #expect(last("epochs:  33%|█  | 1/3 [00:03<00:09]")?.epoch == 1)
    }

    @Test("takes half of a bar for no beginning")
    func torn() {
        let bar = "\r 10%|#  | 100000/1000000 [00:03<00:09, 4.0it/s]"
        let half = "\r  0%|#  | 1/1000000 [00:0"
        #expect(last(bar, half) == ProgressReport(step: 100_000, totalSteps: 1_000_000))
        #expect(last(bar, half, "3<00:09, 4.0it/s]")?.epoch == nil)
    }

    @Test("takes no number for an epoch that is none")
    func oddTitles() {
        let report = last("Epoch inf/3:  50%|██ | 5/10 [00:01<00:01]")
        #expect((report?.epoch, report?.step) == (nil, 5))
        #expect(last("Epoch 1/inf:  50%|██ | 5/10 [00:01<00:01]")?.totalEpochs == nil)
    }

    @Test("takes a bar that begins again for the next epoch")
    func again() {
        let report = last("100%|███| 10/10 [00:03<00:00]", "\r 50%|█  | 5/10 [00:01<00:09]")
        #expect(report?.epoch == 1.5)
        #expect(report?.step == nil)
    }

    @Test(
        "passes over what is no training",
        arguments: [
            "Map: 50%|██ | 5/10 [00:00<00:00]", "Loading weights:  50%|██ | 5/10 [00:01<00:01]",
            "Evaluating:  50%|██ | 5/10 [00:01<00:01]", " 50%|██ | inf/10 [00:01<00:01]",
            " 50%|██ | nan/10 [00:01<00:01]", " 50%|██ | -5/10 [00:01<00:01]", "loss: what a day",
            "50% of 3/4 are", "%|",
            "%|a|b",
            "", "{'eval_loss': 0.5}", "loss=0.5 in a line for people",
        ])
    func others(text: String) {
        #expect(last(text)?.tellsProgress != true)
    }

    @Test("says nothing twice, and survives any bytes")
    func fuzzed() {
        var log = OutputLog()
        let bar = Array("\r 25%|██▌ | 12/48 [00:03<00:09, 4.0it/s, loss=nan]".utf8)
        _ = log.reports(of: OutputTail(end: 100, bytes: bar))
        let again = log.reports(of: OutputTail(end: 200, bytes: bar))
        #expect(again == [])
        for _ in 0..<500 {
            var bytes = bar
            for _ in 0..<6 { bytes[Int.random(in: bytes.indices)] = .random(in: 0...255) }
            _ = log.reports(of: OutputTail(end: .random(in: 0...1_000), bytes: bytes))
        }
    }
}
