/// Until when each connection must have sent its next request head, or the body that it has
/// announced: pure, indexed by socket.
///
/// Times are whole seconds of any monotonic clock, above 0. A socket without a deadline (a request
/// is being answered, or a stream waits) holds 0.
struct RequestDeadlines {
    private let headTimeout: Int
    private let idleTimeout: Int
    private var deadlines: [Int] = []

    init(headTimeout: Int, idleTimeout: Int) {
        self.headTimeout = headTimeout
        self.idleTimeout = idleTimeout
    }

    /// A client connected: its first head is due.
    mutating func opened(_ socket: Int, at now: Int) {
        if socket >= deadlines.count {
            deadlines.append(contentsOf: repeatElement(0, count: socket + 1 - deadlines.count))
        }
        deadlines[socket] = now + headTimeout
    }

    /// A head arrived whose body is taken: that is due as soon as a head would be.
    mutating func awaitsBody(_ socket: Int, at now: Int) {
        deadlines[socket] = now + headTimeout
    }

    /// A whole request arrived: nothing is due while it is being answered.
    mutating func arrived(_ socket: Int) {
        deadlines[socket] = 0
    }

    /// The answer is out: the connection may idle, then send its next head.
    mutating func answered(_ socket: Int, at now: Int) {
        deadlines[socket] = now + idleTimeout + headTimeout
    }

    /// The connection ended; its number may be given to another one.
    mutating func closed(_ socket: Int) {
        deadlines[socket] = 0
    }

    /// The sockets whose head or body is overdue.
    ///
    /// Each is named once.
    mutating func expire(at now: Int) -> [Int] {
        let overdue = deadlines.indices.filter { deadlines[$0] != 0 && deadlines[$0] < now }
        for socket in overdue {
            deadlines[socket] = 0
        }
        return overdue
    }
}
