import PulseArchive
import PulseNATS
import PulseServer

/// Where the documents that a command serves come from, as its options say.
enum SourcePlace {
    case file(String)
    case directory(String)
    case nats(NATSAddress)

    /// As `/about` tells it.
    var served: ServedPlace {
        switch self {
        case .file(let path): ServedPlace(.file, at: ArchivePlace.address(ofFile: path))
        case .directory(let path):
            ServedPlace(.directory, at: ArchivePlace.address(ofDirectory: path))
        case .nats(.key(let address)): ServedPlace(.key, at: "\(address)")
        case .nats(.bucket(let address)): ServedPlace(.bucket, at: "\(address)")
        }
    }

    /// As the archive calls its sources.
    var scope: SourceScope {
        let place = served
        return switch place.kind {
        case .file, .key: .one(place.address)
        case .directory: .directory(place.address)
        case .bucket: .bucket(place.address)
        }
    }
}

extension SourcePlace: CustomStringConvertible {
    /// The path or the address as it was given.
    var description: String {
        switch self {
        case .file(let path), .directory(let path): path
        case .nats(let address): "\(address)"
        }
    }
}
