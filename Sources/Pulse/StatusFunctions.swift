internal import Glibc

// The four functions of Order 16.2-FINAL, block 2.2: one line for each step of a job's life. All
// write atomically, and set the timestamp to now. All throw ``PulseError`` and leave the file as it
// was on failure.

/// Writes that a job is about to start.
public func writeIdleStatus(to path: String, message: String = "Waiting to start...")
    throws(PulseError)
{
    try write(.idle, to: path, epoch: 0, totalEpochs: 0, loss: 0, message: message)
}

/// Writes that a job runs: `epoch` of `totalEpochs` are done, with fractions.
public func writeRunningStatus(
    to path: String, epoch: Double, totalEpochs: Double, loss: Double, message: String
) throws(PulseError) {
    try write(
        .running, to: path, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message)
}

/// Writes that a job has ended well; `epoch` is `totalEpochs` then.
public func writeDoneStatus(
    to path: String, epoch: Double, totalEpochs: Double, loss: Double,
    message: String = "Training completed"
) throws(PulseError) {
    try write(.done, to: path, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message)
}

/// Writes that a job has failed, and why.
public func writeErrorStatus(
    to path: String, epoch: Double, totalEpochs: Double, loss: Double, message: String
) throws(PulseError) {
    try write(
        .error, to: path, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message)
}

private func write(
    _ state: TrainingStatus.State, to path: String, epoch: Double, totalEpochs: Double,
    loss: Double,
    message: String
) throws(PulseError) {
    let status = try TrainingStatus(
        status: state, epoch: epoch, totalEpochs: totalEpochs, loss: loss, message: message,
        timestamp: Int64(time(nil)))
    try StatusFileWriter(path: path).write(status)
}
