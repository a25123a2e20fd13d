import Glibc
import Testing

@testable import PulseRun

@Suite("Termination")
struct TerminationTests {
    @Test(
        "reads the status of waitpid",
        arguments: [
            (0x0000, .exited(0), 0), (0x0100, .exited(1), 1),
            (0xff00, .exited(255), 255), (0x0009, .killed(9), 137), (0x000f, .killed(15), 143),
            // With a core dump.
            (0x0086, .killed(6), 134),
        ] as [(Int32, Termination, Int32)])
    func ended(status: Int32, termination: Termination, code: Int32) throws {
        let read = try #require(Termination(waitStatus: status))
        #expect(read == termination)
        #expect(read.exitCode == code)
    }

    @Test("knows that a stop is no end")
    func stopped() {
        #expect(Termination(waitStatus: SIGTSTP << 8 | 0x7f) == nil)
    }

    @Test(
        "names what happened",
        arguments: [
            (Termination.exited(3), "exit code 3"), (.killed(SIGKILL), "killed by SIGKILL"),
            (.killed(SIGSEGV), "killed by SIGSEGV"), (.killed(SIGABRT), "killed by SIGABRT"),
            (.killed(SIGTERM), "killed by SIGTERM"), (.killed(SIGUSR2), "killed by SIGUSR2"),
            (.killed(31), "killed by SIGSYS"), (.killed(42), "killed by signal 42"),
        ])
    func description(termination: Termination, text: String) {
        #expect(termination.description == text)
    }
}

@Suite("Ending")
struct EndingTests {
    @Test("gives cause, memory and last line, as far as they are known")
    func reasons() {
        var ending = Ending(cause: .ended(.exited(1)))
        #expect(ending.reason() == "exit code 1")
        ending.output = "ValueError: bad"
        #expect(ending.reason() == "exit code 1: ValueError: bad")
        ending = Ending(cause: .ended(.killed(SIGKILL)), ranOutOfMemory: true)
        #expect(ending.reason() == "killed by SIGKILL: out of memory?")
        ending.output = "Loading shards"
        #expect(ending.reason() == "killed by SIGKILL: out of memory?: Loading shards")
    }

    @Test(
        "passes on the exit codes of shells",
        arguments: [
            (.ended(.exited(0)), 0), (.ended(.killed(SIGTERM)), 143),
            (.notStarted(StartFailure(program: "x", errno: ENOENT)), 127),
            (.notStarted(StartFailure(program: "x", errno: EACCES)), 126),
            (.notStarted(StartFailure(program: "x", errno: ENOEXEC)), 126),
        ] as [(Ending.Cause, Int32)])
    func exitCodes(cause: Ending.Cause, code: Int32) {
        #expect(Ending(cause: cause).exitCode == code)
        #expect(Ending(cause: cause).isSuccess == (code == 0))
    }

    @Test("says why a command could not be started")
    func notStarted() {
        let failure = StartFailure(program: "trian", errno: ENOENT)
        #expect(
            Ending(cause: .notStarted(failure)).reason()
                == "cannot start trian: No such file or directory")
    }
}
