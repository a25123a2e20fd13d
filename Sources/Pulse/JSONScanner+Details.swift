// The values that PULSE v2 adds (`docs/PULSE-v2.md` §1).
extension JSONScanner {
    /// Passes over `version`, whose value is 2.
    mutating func version(_ document: Span<UInt8>) throws(PulseError) {
        let start = index
        let number = try number(document, for: .version)
        guard number.isInteger else {
            throw PulseError(
                .wrongType, field: .version, offset: start, "version is not written as an integer")
        }
        guard number.mantissa == 2, number.isExact, !number.isNegative else {
            throw PulseError(
                .unsupportedVersion, field: .version, offset: start,
                "the document is of a version that isn't supported: 2 is the newest one")
        }
    }

    /// Passes over `null` where it stands.
    ///
    /// - Throws: ``PulseError`` when the document ends in the middle of it.
    mutating func null(_ document: Span<UInt8>, for field: PulseError.Field) throws(PulseError)
        -> Bool
    {
        guard index < document.count, document[index] == UInt8(ascii: "n") else { return false }
        if begins(with: "null", document) {
            index += 4
            return true
        }
        let isCut = index + 1 == document.count || document[index + 1] == UInt8(ascii: "u")
        let rest = document.extracting(index...)
        guard isCut, rest.count < 4, rest.count < 3 || rest[2] == UInt8(ascii: "l") else {
            return false
        }
        index = document.count
        throw unexpected(in: document, field: field)
    }

    /// A text, or null.
    mutating func optionalText(_ document: Span<UInt8>, for field: PulseError.Field)
        throws(PulseError) -> String?
    {
        if try null(document, for: field) { return nil }
        let start = index
        return try field.checked(try text(document, for: field), offset: start)
    }

    /// An integer of at most 2⁵³ − 1, or null.
    mutating func optionalInteger(_ document: Span<UInt8>, for field: PulseError.Field)
        throws(PulseError) -> Int64?
    {
        if try null(document, for: field) { return nil }
        let start = index
        return try field.checked(try integer(document, for: field), offset: start)
    }

    /// A finite number, or null.
    mutating func optionalDouble(_ document: Span<UInt8>, for field: PulseError.Field)
        throws(PulseError) -> Double?
    {
        try null(document, for: field) ? nil : try double(document, for: field)
    }

    /// The value of `metrics`: an object of finite numbers.
    mutating func metrics(_ document: Span<UInt8>) throws(PulseError) -> MetricList {
        guard skip(UInt8(ascii: "{"), in: document) else {
            throw isNot("an object", document, .metrics)
        }
        var list = MetricList()
        skipWhiteSpace(document)
        if skip(UInt8(ascii: "}"), in: document) { return list }
        while true {
            try metric(document, into: &list)
            skipWhiteSpace(document)
            if skip(UInt8(ascii: "}"), in: document) { return list }
            let comma = index
            try expect(UInt8(ascii: ","), in: document, field: .metrics)
            skipWhiteSpace(document)
            if skip(UInt8(ascii: "}"), in: document) {
                throw PulseError(
                    .trailingComma, field: .metrics, offset: comma,
                    "a comma stands before the closing brace")
            }
        }
    }

    private mutating func metric(_ document: Span<UInt8>, into list: inout MetricList)
        throws(PulseError)
    {
        let start = index
        try expect(UInt8(ascii: "\""), in: document, field: .metrics)
        let name = try string(document, field: .metrics).text(document)
        let place = try list.place(for: name, offset: start)
        skipWhiteSpace(document)
        try expect(UInt8(ascii: ":"), in: document, field: .metrics)
        skipWhiteSpace(document)
        do throws(PulseError) {
            list.insert(name, try double(document, for: .metrics), at: place)
        } catch {
            throw error.about(metric: name)
        }
    }
}
