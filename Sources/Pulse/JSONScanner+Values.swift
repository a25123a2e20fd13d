extension JSONScanner {
    /// The value of `status`.
    mutating func state(_ document: Span<UInt8>) throws(PulseError) -> TrainingStatus.State {
        let start = index
        let name = try quoted(document, for: .status)
        guard let state = name.state(document) else {
            throw PulseError(
                .unknownStatus, field: .status, offset: start,
                "status is not idle, running, done or error")
        }
        return state
    }

    /// The value of a text field.
    mutating func text(_ document: Span<UInt8>, for field: PulseError.Field) throws(PulseError)
        -> String
    {
        try quoted(document, for: field).text(document)
    }

    mutating func quoted(
        _ document: Span<UInt8>, for field: PulseError.Field
    ) throws(PulseError) -> JSONString {
        guard skip(UInt8(ascii: "\""), in: document) else {
            throw isNot("a string", document, field)
        }
        return try string(document, field: field)
    }

    /// The value of a number field: finite, and 0 or more unless the field's may be less.
    mutating func double(_ document: Span<UInt8>, for field: PulseError.Field) throws(PulseError)
        -> Double
    {
        let start = index
        let number = try number(document, for: field)
        let value = number.value ?? number.parse(document.extracting(start..<index))
        guard value.isFinite else {
            throw PulseError(
                .overflow, field: field, offset: start,
                "\(field.rawValue) is too large for a double")
        }
        guard value >= 0 || field.mayBeNegative else { throw .negative(field, offset: start) }
        return value
    }

    /// The value of `timestamp`: an integer in spelling too, so that `17.0` and `1e3` are none.
    mutating func integer(_ document: Span<UInt8>, for field: PulseError.Field) throws(PulseError)
        -> Int64
    {
        let start = index
        let number = try number(document, for: field)
        guard number.isInteger else {
            throw PulseError(
                .wrongType, field: field, offset: start,
                "\(field.rawValue) is not written as an integer")
        }
        guard !number.isNegative || number.mantissa == 0 && number.isExact else {
            throw .negative(field, offset: start)
        }
        guard number.isExact, let value = Int64(exactly: number.mantissa) else {
            throw PulseError(
                .overflow, field: field, offset: start, "\(field.rawValue) is too large for 64 bits"
            )
        }
        return value
    }

    /// Passes over a number (RFC 8259 §6).
    mutating func number(
        _ document: Span<UInt8>, for field: PulseError.Field
    ) throws(PulseError) -> JSONNumber {
        let start = index
        var number = JSONNumber()
        number.isNegative = skip(UInt8(ascii: "-"), in: document)
        guard index < document.count, Self.isDigit(document[index]) else {
            throw noNumber(document, field, start: start)
        }
        if document[index] == UInt8(ascii: "0") {
            index += 1
            // 01 is no number: what can't belong there is the digit behind the zero.
            if index < document.count, Self.isDigit(document[index]) {
                throw unexpected(in: document, field: field)
            }
        } else {
            digits(document) { number.append($0) }
        }
        if skip(UInt8(ascii: "."), in: document) {
            number.isInteger = false
            try requireDigit(document, field)
            digits(document) { number.appendFraction($0) }
        }
        if index < document.count, document[index] | 0x20 == UInt8(ascii: "e") {
            number.isInteger = false
            index += 1
            var isNegative = false
            if !skip(UInt8(ascii: "+"), in: document) {
                isNegative = skip(UInt8(ascii: "-"), in: document)
            }
            try requireDigit(document, field)
            var exponent = 0
            // Beyond this it is 0 or too large anyway.
            digits(document) { exponent = min(exponent * 10 + Int($0), 1_000_000) }
            number.exponent += isNegative ? -exponent : exponent
        }
        // Nothing ends a number but what follows it: this one may have been cut.
        guard index < document.count else { throw unexpected(in: document, field: field) }
        return number
    }

    private mutating func digits(_ document: Span<UInt8>, _ body: (UInt8) -> Void) {
        while index < document.count, Self.isDigit(document[index]) {
            body(document[index] - UInt8(ascii: "0"))
            index += 1
        }
    }

    private func requireDigit(_ document: Span<UInt8>, _ field: PulseError.Field) throws(PulseError)
    {
        guard index < document.count, Self.isDigit(document[index]) else {
            throw unexpected(in: document, field: field)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// The error for what stands where a number must.
    ///
    /// Diverging training deserves its own, whether Python wrote it (`NaN`, `-Infinity`) or C
    /// (`nan`, `-inf`).
    private func noNumber(_ document: Span<UInt8>, _ field: PulseError.Field, start: Int)
        -> PulseError
    {
        let isNegative = index > start
        if begins(with: "nan", document, ignoringCase: true) {
            return .notFinite(field, .nan, offset: start)
        }
        if begins(with: "inf", document, ignoringCase: true) {
            return .notFinite(field, isNegative ? -.infinity : .infinity, offset: start)
        }
        return isNegative
            ? unexpected(in: document, field: field) : isNot("a number", document, field)
    }

    /// - Parameter ignoringCase: for a literal of small letters only.
    func begins(
        with literal: StaticString, _ document: Span<UInt8>, ignoringCase: Bool = false
    ) -> Bool {
        guard index + literal.utf8CodeUnitCount <= document.count else { return false }
        let caseBit: UInt8 = ignoringCase ? 0x20 : 0
        for offset in 0..<literal.utf8CodeUnitCount
        where unsafe document[index + offset] | caseBit != literal.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The error for a value of another type, or for what is no value at all.
    func isNot(_ type: String, _ document: Span<UInt8>, _ field: PulseError.Field)
        -> PulseError
    {
        guard index < document.count else { return unexpected(in: document, field: field) }
        switch document[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "-"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            break
        default:
            let isLiteral =
                begins(with: "true", document) || begins(with: "false", document)
                || begins(with: "null", document)
            guard isLiteral else { return unexpected(in: document, field: field) }
        }
        return PulseError(
            .wrongType, field: field, offset: index, "\(field.rawValue) is not \(type)")
    }
}
