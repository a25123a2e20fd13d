import Foundation
import Pulse
import PulseMonitor

/// A recording of real trainers: each document with the time at which it came, and what it is of.
struct RecordedLife: Sendable {
    struct Line: Decodable {
        /// Seconds since the recording began.
        let at: Double
        /// The process that wrote it, and the run that it trained: both counted from 1.
        let process: Int
        let run: Int
        let document: Document
    }

    struct Document: Decodable {
        let status: String
        let epoch: Double
        let total_epochs: Double
        let loss: Double
        let message: String
        let timestamp: Int64
    }

    /// One document, decoded as the server does.
    struct Entry: Sendable {
        let time: Duration
        let process: Int
        let run: Int
        let status: TrainingStatus
    }

    let entries: [Entry]

    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("Recorded")

    /// Every recording that there is.
    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }

    init(_ name: String) throws {
        let text = try String(
            contentsOf: Self.directory.appendingPathComponent(name + ".jsonl"), encoding: .utf8)
        entries = try text.split(separator: "\n").map { text in
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let document = line.document
            return Entry(
                time: .milliseconds(Int64((line.at * 1_000).rounded())), process: line.process,
                run: line.run,
                status: try TrainingStatus(
                    status: TrainingStatus.State(rawValue: document.status) ?? .idle,
                    epoch: document.epoch, totalEpochs: document.total_epochs,
                    loss: document.loss, message: document.message,
                    timestamp: document.timestamp))
        }
    }
}
