import ArgumentParser

/// A version of PULSE on the command line.
enum PulseVersionArgument {
    static func parse(_ argument: String) throws -> Int {
        guard let version = Int(argument), [1, 2].contains(version) else {
            throw ValidationError("PULSE has the versions 1 and 2.")
        }
        return version
    }
}
