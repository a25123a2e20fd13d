internal import Testing
@testable internal import MicroHTTPD

@Suite("RequestDeadlines")
struct RequestDeadlinesTests {
    private var deadlines = RequestDeadlines(headTimeout: 10, idleTimeout: 30)

    @Test("names a connection whose first head is overdue, once")
    mutating func firstHead() {
        deadlines.opened(5, at: 100)
        #expect(deadlines.expire(at: 110) == [])
        #expect(deadlines.expire(at: 111) == [5])
        #expect(deadlines.expire(at: 112) == [])
    }

    @Test("asks nothing of a connection that is being answered, however long that takes")
    mutating func arrived() {
        deadlines.opened(5, at: 100)
        deadlines.arrived(5)
        #expect(deadlines.expire(at: 100_000) == [])
    }

    @Test("gives a body the time of a head, and asks nothing of a request that is whole")
    mutating func body() {
        for socket in [5, 6] {
            deadlines.opened(socket, at: 100)
            deadlines.arrived(socket)
            deadlines.awaitsBody(socket, at: 105)
        }
        #expect(deadlines.expire(at: 115) == [])
        deadlines.arrived(6)
        #expect(deadlines.expire(at: 116) == [5])
        #expect(deadlines.expire(at: 100_000) == [])
    }

    @Test("gives an answered connection its idle time and another head's time")
    mutating func answered() {
        deadlines.opened(5, at: 100)
        deadlines.arrived(5)
        deadlines.answered(5, at: 200)
        #expect(deadlines.expire(at: 240) == [])
        #expect(deadlines.expire(at: 241) == [5])
    }

    @Test("forgets a closed connection, and starts anew when its number is used again")
    mutating func reused() {
        deadlines.opened(5, at: 100)
        deadlines.closed(5)
        #expect(deadlines.expire(at: 1_000) == [])
        deadlines.opened(5, at: 1_000)
        #expect(deadlines.expire(at: 1_010) == [])
        #expect(deadlines.expire(at: 1_011) == [5])
    }

    @Test("keeps connections apart")
    mutating func several() {
        for socket in [3, 900, 4] { deadlines.opened(socket, at: 100) }
        deadlines.opened(5, at: 105)
        deadlines.arrived(900)
        #expect(deadlines.expire(at: 111) == [3, 4])
        #expect(deadlines.expire(at: 116) == [5])
    }
}
