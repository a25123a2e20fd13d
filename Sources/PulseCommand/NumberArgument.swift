import ArgumentParser

/// Numbers on the command line, with errors that say what would be one.
enum NumberArgument {
    /// A port, or 0 for a free one.
    static func port(_ argument: String) throws -> UInt16 {
        guard let port = UInt16(argument) else {
            throw ValidationError("a port is a whole number from 0 to 65535.")
        }
        return port
    }

    /// A whole number of so much at least.
    static func count(from least: Int) -> @Sendable (String) throws -> Int {
        { argument in
            guard let count = Int(argument), count >= least else {
                throw ValidationError("write a whole number of \(least) or more.")
            }
            return count
        }
    }

    /// Any number: what it may be is judged by what it is for.
    static func number(_ argument: String) throws -> Double {
        guard let number = Double(argument) else {
            throw ValidationError("write a number, such as 3 or 1.5.")
        }
        return number
    }
}
