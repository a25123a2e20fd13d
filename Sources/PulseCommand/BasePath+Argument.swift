import ArgumentParser
import PulseServer

extension BasePath {
    /// Reads the argument of an option.
    @Sendable
    init(argument: String) throws {
        do {
            try self.init(argument)
        } catch {
            throw ValidationError("\(error.description).")
        }
    }
}
