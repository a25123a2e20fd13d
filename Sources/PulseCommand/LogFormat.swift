import ArgumentParser
import Logging

/// How log lines look on stderr.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "pulse") { _ in StandardErrorLog(format: self) }
        logger.logLevel = level
        return logger
    }
}
