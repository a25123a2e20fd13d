import PulseMonitor
import Testing

@testable import PulseRun

@Suite("CommandName")
struct CommandNameTests {
    private func name(_ line: String, in directory: String = "/home/u/bert", number: Int = 1)
        -> String
    {
        let command = line.split(separator: " ").map(String.init)
        return CommandName.of(command, in: directory, number: number).description
    }

    @Test(
        "has the directory and the script in it",
        arguments: [
            ("python train.py --lr 1e-4", "bert-train-"),
            ("torchrun --nproc-per-node 8 src/train.py", "bert-train-"),
            ("python -m trl.sft --x", "bert-trl.sft-"), ("./sweep.sh", "bert-sweep-"),
            ("/usr/bin/llamafactory-cli train config.yaml", "bert-llamafactory-cli-"),
            ("python -m", "bert-"), ("python", "bert-python-"),
        ])
    func words(line: String, start: String) {
        let name = name(line)
        #expect(name.hasPrefix(start), "\(name)")
        #expect(name.utf8.count == start.utf8.count + 6)
    }

    @Test("is the same for the same command in the same directory, and for no other")
    func same() {
        #expect(name("python train.py --lr 1") == name("python train.py --lr 1"))
        #expect(name("python train.py --lr 1") != name("python train.py --lr 2"))
        #expect(name("a") != name("a", in: "/home/v/bert"))
        #expect(CommandName.of(["a b"], in: "/", number: 1) != .init(key: name("a b", in: "/")))
    }

    @Test("tells no arguments: one may be a password")
    func secret() {
        #expect(!name("python train.py --token hf_secret").contains("secret"))
    }

    @Test("counts the further ones")
    func numbers() {
        #expect(name("a", number: 3) == name("a") + "-3")
    }

    @Test(
        "is a name, whatever it is made from",
        arguments: [
            ("эксперимент.py", "/домой/опыт"), ("", "/"), ("-", ""), ("..", "/.."),
            (String(repeating: "x", count: 300), "/" + String(repeating: "y", count: 300)),
        ])
    func usable(program: String, directory: String) {
        let name = CommandName.of([program], in: directory, number: 999).description
        #expect(SourceName(exactly: name) != nil, "\(name)")
        #expect(name.hasSuffix("-999"))
    }
}
