import Foundation
import Pulse

// pulse-benchmark decode pulse|foundation COUNT [MESSAGE_BYTES]
// pulse-benchmark write FILE COUNT
//
// Prints one line of JSON: the median time of one operation in nanoseconds.

/// What Foundation decodes into: the same six fields, and the same type for each.
struct FoundationStatus: Decodable {
    enum State: String, Decodable { case idle, running, done, error }

    let status: State
    let epoch: Double
    let total_epochs: Double
    let loss: Double
    let message: String
    let timestamp: Int64
}

/// A document of the usual kind.
func document(messageBytes: Int) -> [UInt8] {
    var message = "step 250 of 300, lr 3.0e-04"
    while message.utf8.count < messageBytes { message += "." }
    return Array(
        """
        {"status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.4213, \
        "message": "\(message)", "timestamp": 1732800000}
        """.utf8)
}

/// The median over batches of the mean within a batch: one operation is shorter than the clock can
/// tell.
func medianNanoseconds(count: Int, batch: Int, _ operation: () throws -> Void) rethrows -> Double {
    var means: [Double] = []
    for _ in 0..<max(count / batch, 1) {
        let begun = ContinuousClock.now
        for _ in 0..<batch { try operation() }
        let spent = (ContinuousClock.now - begun).components
        means.append((Double(spent.seconds) * 1e9 + Double(spent.attoseconds) / 1e9) / Double(batch))
    }
    return means.sorted()[means.count / 2]
}

func decode(_ decoder: String, count: Int, messageBytes: Int) throws -> Double {
    let bytes = document(messageBytes: messageBytes)
    var sum: Int64 = 0
    // Keeps the loop: a result that nobody reads would be no work.
    defer { precondition(sum != 0) }
    if decoder == "pulse" {
        return try medianNanoseconds(count: count, batch: 100) {
            sum &+= try PulseDecoder.decode(bytes).timestamp
        }
    }
    let data = Data(bytes)
    let json = JSONDecoder()
    return try medianNanoseconds(count: count, batch: 100) {
        sum &+= try json.decode(FoundationStatus.self, from: data).timestamp
    }
}

func write(_ path: String, count: Int) throws -> Double {
    var epoch = 0.0
    return try medianNanoseconds(count: count, batch: 1) {
        epoch += 0.01
        try writeRunningStatus(
            to: path, epoch: epoch, totalEpochs: 1_000, loss: 0.25, message: "step")
    }
}

let arguments = CommandLine.arguments
switch (arguments.dropFirst().first, arguments.count) {
case ("decode", 4...):
    let messageBytes = arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0
    let ns = try decode(arguments[2], count: Int(arguments[3]) ?? 1, messageBytes: messageBytes)
    print("{\"ns\": \(ns)}")
case ("write", 4):
    print("{\"ns\": \(try write(arguments[2], count: Int(arguments[3]) ?? 1))}")
default:
    print("usage: pulse-benchmark decode pulse|foundation COUNT [BYTES] | write FILE COUNT")
    exit(64)
}
