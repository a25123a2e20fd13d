/// What lines of output are worth as the reason of an error: the whole table.
///
/// Made from the output of real launchers and libraries, which `Tests/PulseRunTests/Outputs` keeps.
enum OutputRules {
    /// From nothing to what a person would pick out first.
    enum Worth: Int, Comparable, Sendable {
        /// Says that something failed, which the exit code says already.
        case nothing
        /// Could be anything; the last such line is better than none.
        case text
        /// A signal that ended a process under the command.
        case signal
        /// Follows from the end of another process, or happened while the program cleaned up.
        case consequence
        /// Names an error.
        case error
        /// The exception that ended a program.
        case exception

        static func < (left: Worth, right: Worth) -> Bool { left.rawValue < right.rawValue }
    }

    /// Judges a line that stands alone.
    static func worth(of line: [UInt8]) -> Worth {
        if aftermath.match(line) { return .nothing }
        if LineGlob("*error: * CANCELLED AT * DUE TO *").matches(line) { return .error }
        if signals.match(line) { return .signal }
        if boilerplate.match(line) { return .nothing }
        if consequences.match(line) { return .consequence }
        if errors.match(line) || ErrorName(startOf: line)?.isTelling == true { return .error }
        return .text
    }

    /// Whether there is nothing to read in a line, such as the `^` below a place in a text.
    static func isMark(_ line: [UInt8]) -> Bool {
        !String(decoding: line, as: UTF8.self).contains { $0.isLetter || $0.isNumber }
    }

    /// Judges the exception of a traceback.
    static func worth(ofException line: [UInt8]) -> Worth {
        if signals.match(line) { return .signal }
        if wrappers.match(line) { return .nothing }
        return consequences.match(line) ? .consequence : .exception
    }

    /// Judges a traceback by the line before it.
    static func worth(ofTracebackAfter line: [UInt8]) -> Worth {
        if cleanups.match(line) { return .consequence }
        return LineGlob("Exception in thread *").matches(line) ? .error : .exception
    }

    /// Exceptions of launchers: another process failed, and has said why.
    static let wrappers: [LineGlob] = [
        "*ChildFailedError:*", "*CalledProcessError: Command *", "*ProcessExitedException: *",
        "*.TrainingFailedError:*", "*UnexpectedExit: *", "*ErrorReturnCode*", "SystemExit*",
        "*SignalException: *", "*NonZeroExitCode*",
    ]

    /// What launchers do to those that are left.
    private static let aftermath: [LineGlob] = [
        "*Signal 15 (SIGTERM) received by PID *", "*error: * CANCELLED AT * DUE TO TASK FAILURE *",
    ]

    /// A signal ended a process that a launcher or a shell had started.
    private static let signals: [LineGlob] = [
        "*Signal # (SIG*) received by PID #*", "*died with <Signals.SIG*",
        "*terminated with signal SIG*",
        "* got signal: #*", "*exits with return code = -#", "Killed", "*: line #: *Killed *",
        "*Segmentation fault*(core dumped)*", "Segmentation fault",
        "*: line #: *Segmentation fault*",
        "Aborted*", "*: line #: *Aborted *", "Bus error*", "Illegal instruction*",
        "Floating point exception*", "Terminated", "*: line #: *Terminated *", "*oom_kill event*",
        "srun: error: *: task*: Out Of Memory", "srun: error: *: task*: Killed",
        "srun: error: *: task*: Segmentation fault*", "*on signal # (*", "make*: * [*] Killed*",
        "make*: * [*] Segmentation fault*", "make*: * [*] Aborted*", "make*: * [*] Terminated*",
    ]

    /// Errors of those who lost the process that failed.
    private static let consequences: [LineGlob] = [
        "*Connection closed by peer*", "*Connection reset by peer*", "*Broken pipe*",
        "*NCCL communicator was aborted*", "*ncclRemoteError*", "*Watchdog caught collective *",
        "*DistNetworkError*", "*DistStoreError*", "*Pin memory thread exited unexpectedly*",
        "ConnectionResetError*", "ConnectionRefusedError*", "BrokenPipeError*", "EOFError*",
        "terminate called *", "*ActorDiedError*", "Subprocess aborted",
    ]

    /// What comes before a traceback that ended nothing.
    private static let cleanups: [LineGlob] = [
        "Exception ignored *", "Error in atexit*", "--- Logging error ---",
        "Error in sys.excepthook:",
        "Original exception was:*", "*exception was never retrieved*", "future: <*",
    ]

    /// How programs without tracebacks say what went wrong.
    private static let errors: [LineGlob] = [
        "*what(): *", "panic: *", "thread '*' *panicked at *", "Fatal Python error: *", "fatal: *",
        "*fatal error: *", "error: *", "error[E#]: *", "Error: *", "ERROR: *", "Error in *",
        "*: error: *", "*: Error: *", "Caused by: *",
        "Exception in thread \"*", "Uncaught *", "*Check failed: *", "*Assertion *failed*",
        "*assertion failed*", "*: command not found", "*: not found", "*No such file or directory*",
        "*Permission denied*", "*: unbound variable", "*syntax error*", "*out of memory*",
        "*No space left on device*", "CUDA error: *", "*CUDA failure *", "*undefined symbol: *",
        "*cannot open shared object file*", "*[Fatal] *", "* DUE TO *", "Could not override *",
        "FAILED *::*", "*No rule to make target *", "Unable to *", "FATAL *", "FATAL: *",
        "*Error response from daemon: *", "× *",
        "srun: error: Node failure on *", "*exceeded memory limit*", "* exceeded its time limit*",
    ]

    /// The upper side of a frame with an error in it, as typer and rich-click draw it.
    static let errorFrame: LineGlob = "*─ Error ─*"

    /// Lines whose indented lines belong to them.
    static let blocks: [LineGlob] = [
        "*:#: *Warning: *", "Command being timed: *", "usage: *", "Stack trace:",
        "Thread 0x*(most recent call first)*",
        "Current thread 0x*(most recent call first)*", "goroutine # [*",
    ]

    /// What launchers, loggers and trackers write whatever the error was.
    private static let boilerplate: [LineGlob] = [
        // torchrun and torch.distributed
        "*failed (exitcode: #*", "*To enable traceback see: *", "* FAILED", "Failures:",
        "Root Cause*",
        "<NO_OTHER_FAILURES>", "time *: *", "host *: *", "rank *: #*", "exitcode *: *",
        "error_file: *",
        "traceback : *", "[#]:", "W# #:#:#*", "E# #:#:#*", "I# #:#:#*", "[W# #:#:#*", "[I# #:#:#*",
        "[W#*socket.cpp*", "frame *: *", "Exception raised from *", "C++ CapturedTraceback:",
        "*destroy_process_group() *", "*TORCH_NCCL_*", "*we are taking the entire process down*",
        "CUDA kernel errors might be asynchronously*", "For debugging consider passing CUDA_*",
        "Device-side assertion tracking*", "Compile with `TORCH_USE_CUDA_DSA`*",
        "*TORCHDYNAMO_VERBOSE=1*", "*TORCH_LOGS=*",
        "Search for `cuda*' in https*", "If reserved but unallocated memory is large*",
        // accelerate, DeepSpeed, MPI, Slurm
        "[*] [INFO] *", "[*] [WARNING] *", "[*] [ERROR] [launch.py:*", "*Killing subprocess #*",
        "srun: error: *: task*: Exited with exit code #", "srun: error: *: task*: Terminated",
        "srun: Terminating StepId=*", "srun: Terminating job step *", "srun: Force Terminated *",
        "srun: forcing job termination", "srun: Received task exit notification *",
        "srun: got SIG*", "srun: error: Timed out waiting for job step *",
        "srun: Job step aborted*", "srun: launch/*", "*error: * CANCELLED AT *",
        "Primary job *terminated normally*", "a non-zero exit code*", "Per user-direction*",
        "mpirun detected that one or more *", "mpirun has exited due to *",
        "the job to be terminated*", "Process name: *", "Exit code: *",
        "MPI_ABORT was invoked*", "with errorcode #*", "NOTE: invoking MPI_ABORT*",
        "You may or may not see output from other processes*", "exactly when Open MPI kills them.",
        "BAD TERMINATION OF *", "YOUR APPLICATION TERMINATED WITH *",
        // Hydra and OmegaConf
        "Set the environment variable HYDRA_FULL_ERROR=1*", "Error executing job with overrides: *",
        "full_key: *", "object_type=*", "To append to your config use *",
        // make, shells and task runners
        "make*: * Error #*", "make*: Leaving directory *", "make*: Entering directory *",
        "make*: *Waiting for unfinished jobs*", "make*: Target *not remade because of errors*",
        "error: aborting due to *", "error: could not compile *", "ninja: build stopped: *",
        "FAILED: *", "error: Recipe *", "error: recipe *",
        "Command exited with non-zero status #*", "exit status #", "+ *", "++ *", "npm ERR! *",
        "npm error *",
        "ERROR conda.cli.main_run:*", "ERROR*`conda run *` failed.*", "Poe => *",
        "Error: Process completed with exit code #*",
        "#.#user #.#system *", "#inputs+#outputs *", "real #m#*", "user #m#*", "sys #m#*",
        "real #.#", "user #.#", "sys #.#",
        "rake aborted!*", "error: process didn't exit successfully: *",
        "error: script * exited with code #",
        // runtimes
        "note: run with `RUST_BACKTRACE=1`*", "note: Some details are omitted*", "stack backtrace:",
        "goroutine # [*", "*.go:# +0x*", "created by *", "at *(*:#*)", "at *(Native Method)",
        "... # more",
        "Node.js v#*", "at *:#:#", "node:internal/*", "Execution halted", "Stacktrace:", "[#] *",
        "in expression starting at *", "Extension modules: *", "Current thread 0x*", "Thread 0x*",
        "File \"*\", line # in *", "<no Python frame>", "Python runtime state: *", "Stack trace:",
        "[bt] *", "*** SIG* received at time=*", "@ *0x*", "PC: @ *", "*** Aborted at *",
        "[*] *** Process received signal ***", "[*] Signal: *", "[*] Signal code: *",
        "[*] Failing at address: *", "[*] [ *] *", "[*] *** End of error message ***",
        "Traceback (most recent call last)*", "During handling of the above exception*",
        "The above exception was the direct cause*", "[Previous line repeated *",
        "For simplicity, JAX has removed its internal frames *", "Consider using the `--dump`*",
        "For further information visit *", "[[{{node *", "Stack trace for op definition*",
        // how to get help
        "Run '*--help' for more information*", "(Use `node --trace-*",
        "For more information about this error, *", "Pass --helpshort or --helpfull *",
        "See '*--help'.", "Try '*--help' for help.", "Usage: *",
        "For detailed information on this command, run:",
        // test runners
        "=*= * =*=", "# failed*in #.#s*",
        // what `pulse run` says itself
        "pulse: listening to: *", "pulse: reading the progress from *", "pulse: serving *",
        // bars' titles
        "Epoch #/#",
        // warnings
        "*:#: *Warning: *", "*Warning: *", "WARNING*", "Warning*", "[WARNING]*",
        "*resource_tracker*leaked*", "warnings.warn(*",
        "Exception ignored *", "Error in atexit*", "--- Logging error ---", "* - WARNING - *",
        "* WARNING *",
        // trackers
        "wandb: *", "wandb:", "COMET INFO: *", "COMET WARNING: *", "*[neptune]*", "*neptune.ai*",
        "ClearML *", "*View run *http*", "*View experiment at*", "*View project at*", "swanlab: *",
        "* Trackio *",
        "Synced # *", "Find logs at: *", "aim: *", "[codecarbon *", "2*[info*",
        // Ray, XLA
        "* INFO *", "*[INFO]*", "INFO:*", "INFO *", "DEBUG:*",
    ]
}
