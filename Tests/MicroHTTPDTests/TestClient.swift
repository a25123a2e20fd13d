@testable internal import MicroHTTPD

/// One client of a ``StreamState`` as the library would drive it, without a socket.
struct TestClient {
    let name: Int
    private(set) var cursor: StreamCursor<LatestUpdate>
    private(set) var received = ""

    init(
        _ name: Int, of streams: StreamState<Int, LatestUpdate>, preamble: String = "",
        known: UInt64? = nil
    ) {
        self.name = name
        cursor = streams.cursor(preamble: Array(preamble.utf8), known: known)
    }

    /// One turn of the content reader.
    mutating func read(from streams: inout StreamState<Int, LatestUpdate>, capacity: Int = 64)
        -> StreamStep
    {
        var buffer = [UInt8](repeating: 0xff, count: capacity)
        let step = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe streams.fill(bytes, for: &cursor, of: name)
        }
        if case .filled(let count) = step {
            received += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return step
    }

    /// The library frees the client's response.
    mutating func leave(_ streams: inout StreamState<Int, LatestUpdate>) {
        streams.leave(&cursor)
    }

    /// Reads until the client waits or the stream is over.
    mutating func readAll(from streams: inout StreamState<Int, LatestUpdate>, capacity: Int = 64)
        -> StreamStep
    {
        while true {
            let step = read(from: &streams, capacity: capacity)
            if case .filled = step { continue }
            return step
        }
    }
}

extension StreamUpdate {
    /// An update whose bytes tell its number and whether they are the change (`<c1:…>`) or the
    /// snapshot (`<s1:…>`).
    static func numbered(_ number: Int, filler: Int = 0) -> StreamUpdate {
        let tail = "\(number):\(String(repeating: ".", count: filler))>"
        return StreamUpdate(change: Array("<c\(tail)".utf8), snapshot: Array("<s\(tail)".utf8))
    }
}
