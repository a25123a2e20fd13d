import ArgumentParser
import PulseMonitor

extension SourceName {
    /// A name on the command line.
    ///
    /// - Throws: what is wrong with it, and what a name looks like.
    init(argument: String) throws {
        guard let name = SourceName(exactly: argument) else {
            throw ValidationError(
                """
                '\(argument)' can't be a name. A name has letters, digits, '.', '_' and '-', begins with a letter \
                or a digit, has 128 characters at most, and isn't 'events'.
                """)
        }
        self = name
    }
}
