/// Where the status of one run is kept in NATS: `nats://host:4222,host2:4222/bucket/key`.
public struct KeyAddress: Sendable, Hashable {
    /// Why a text is no address of a key, in one line.
    public typealias ParseError = BucketAddress.ParseError

    /// The bucket that holds it.
    public let place: BucketAddress
    /// The key's name; it may have slashes.
    public let key: String

    /// - Throws: ``ParseError``.
    public init(_ text: String) throws(ParseError) {
        guard case .key(let address) = try NATSAddress(text) else {
            let (place, _) = try BucketAddress.parse(text)
            throw ParseError(description: "it names no key: nats://HOST/\(place.bucket)/KEY")
        }
        self = address
    }

    /// The key of this name in a bucket.
    ///
    /// - Throws: ``ParseError`` when no key may be called so.
    public init(_ key: some StringProtocol, in place: BucketAddress) throws(ParseError) {
        try Self.check(key)
        self.place = place
        self.key = String(key)
    }
}

/// What an address in NATS means: a key, or a bucket with all of its keys.
public enum NATSAddress: Sendable, Hashable {
    /// One key.
    case key(KeyAddress)
    /// All keys of a bucket.
    case bucket(BucketAddress)

    /// - Throws: ``BucketAddress/ParseError``.
    public init(_ text: String) throws(BucketAddress.ParseError) {
        let (place, key) = try BucketAddress.parse(text)
        self = key.isEmpty ? .bucket(place) : .key(try KeyAddress(key, in: place))
    }

    /// The bucket in any case.
    public var place: BucketAddress {
        switch self {
        case .key(let address): address.place
        case .bucket(let address): address
        }
    }

    /// A text that should be an address, without the user and the password that shouldn't be in it.
    public static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"),
            scheme.upperBound < at
        else { return text }
        return "\(text[..<scheme.upperBound])…\(text[at...])"
    }
}

extension NATSAddress: CustomStringConvertible {
    /// The address as it is written.
    public var description: String {
        switch self {
        case .key(let address): address.description
        case .bucket(let address): address.description
        }
    }
}

// The rules for names are those of NATS (ADR-8).
extension KeyAddress {
    private static func check(_ key: some StringProtocol) throws(ParseError) {
        if let wrong = key.first(where: { !isLetterOrDigit($0) && !"_-/=.".contains($0) }) {
            throw ParseError(
                description: "'\(wrong)' can't stand in a key: letters, digits and -_/=. can")
        }
        guard !key.isEmpty, key.first != ".", key.last != ".", !key.contains("..") else {
            throw ParseError(description: "a key has no dot at its ends, and no two in a row")
        }
        guard !key.hasPrefix("_kv") else {
            throw ParseError(description: "keys that begin with _kv belong to NATS itself")
        }
    }

    static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}

extension KeyAddress: CustomStringConvertible {
    /// The address as it is written.
    public var description: String { "\(place)/\(key)" }
}
