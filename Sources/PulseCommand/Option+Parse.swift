import ArgumentParser

extension Option {
    /// An option with errors that say what would be right, and with its default in the help.
    ///
    /// The library knows one or the other: a type's own parser has no words for what is wrong, and of a
    /// transformation's default the help says nothing.
    init(
        wrappedValue: Value, name: NameSpecification = .long,
        parsing: SingleValueParsingStrategy = .next, help: ArgumentHelp,
        parse: @escaping @Sendable (String) throws -> Value
    ) where Value: CustomStringConvertible {
        var help = help
        help.abstract += " (default: \(wrappedValue))"
        self.init(
            wrappedValue: wrappedValue, name: name, parsing: parsing, help: help, transform: parse)
    }
}
