import Glibc
import SQLite
import TestSupport
import Testing

@Suite("Database")
struct DatabaseTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("test.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func sample() throws -> Database {
        let database = try Database(path: path, .create)
        try database.execute("CREATE TABLE t(a, b)")
        return database
    }

    @Test(
        "gives back each kind of value",
        arguments: [
            Value.integer(Int64.min), .integer(Int64.max), .real(-0.5), .text("ä\u{0}b"), .text(""),
            .blob([0, 255]), .blob([]), .null,
        ])
    func values(value: Value) throws {
        let database = try sample()
        try database.run("INSERT INTO t VALUES (?, typeof(?))", value, value)
        let found = try database.first("SELECT a, b FROM t") { row in
            switch row.text(1) {
            case "integer": Value.integer(row.integer(0))
            case "real": Value.real(row.real(0))
            case "text": Value.text(row.text(0))
            case "blob": Value.blob(row.bytes(0))
            default: row.isNull(0) ? Value.null : "no kind"
            }
        }
        #expect(found == value)
    }

    @Test("finds all rows, and none")
    func rows() throws {
        let database = try sample()
        for number in 1...3 { try database.run("INSERT INTO t VALUES (?, 0)", .integer(number)) }
        #expect(try database.all("SELECT a FROM t ORDER BY a") { $0.integer(0) } == [1, 2, 3])
        #expect(try database.first("SELECT a FROM t WHERE a = 9") { $0.integer(0) } == nil)
        #expect(database.lastRowID == 3)
        try database.run("DELETE FROM t")
        #expect(database.changes == 3)
    }

    @Test("does nothing of a transaction that fails")
    func rollback() throws {
        let database = try sample()
        #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in
                try database.run("INSERT INTO t VALUES (1, 2)")
                try database.run("INSERT INTO nothing VALUES (1)")
            }
        }
        #expect(try database.first("SELECT count(*) FROM t") { $0.integer(0) } == 0)
        try database.transaction { () throws(SQLiteError) in
            try database.run("INSERT INTO t VALUES (1, 2)")
        }
        #expect(try database.first("SELECT count(*) FROM t") { $0.integer(0) } == 1)
    }

    @Test("knows when its file isn't the one at its path any more, and when it is again")
    func place() throws {
        let database = try sample()
        try database.checkPlace()
        let elsewhere = directory.file("elsewhere.db")
        #expect(rename(path, elsewhere) == 0)
        for isReplaced in [false, true] {
            if isReplaced { close(open(path, O_CREAT | O_WRONLY, 0o600)) }
            let error = #expect(throws: SQLiteError.self) { try database.checkPlace() }
            #expect(error?.kind == .readOnly)
        }
        #expect(rename(elsewhere, path) == 0)
        try database.checkPlace()
    }

    @Test("refuses another number of values than of parameters")
    func parameters() throws {
        let database = try sample()
        #expect(throws: SQLiteError.self) { try database.run("INSERT INTO t VALUES (?, ?)", 1) }
        #expect(throws: SQLiteError.self) { try database.run("", 1) }
        #expect(throws: SQLiteError.self) { try database.run(" -- nothing") }
    }

    @Test("says in SQLite's words what is wrong, and of what kind it is")
    func errors() throws {
        try directory.write(
            "no database, but rather long, longer than a header of 100 bytes has to be"
                + " so that SQLite reads all of it", to: "text")
        try directory.write("", to: "empty")
        let kind = { (work: () throws -> Void) -> SQLiteError? in
            do { try work() } catch { return error as? SQLiteError }
            return nil
        }
        let missing = kind { _ = try Database(path: directory.file("missing"), .read) }
        #expect(missing?.kind == .cannotOpen)
        #expect(missing?.description == "unable to open database file (14)")
        #expect(kind { _ = try Database(path: directory.path, .create) }?.kind == .cannotOpen)
        let text = kind {
            try Database(path: directory.file("text"), .write).execute("CREATE TABLE t(a)")
        }
        #expect(text?.kind == .broken)
        #expect(text?.description == "file is not a database (26)")
        let reading = kind {
            try Database(path: directory.file("empty"), .read).execute("CREATE TABLE t(a)")
        }
        #expect(reading?.kind == .readOnly)
    }

    @Test("tells that another connection writes")
    func busy() throws {
        let one = try sample()
        let other = try Database(path: path, .write, timeout: .zero)
        try one.execute("BEGIN IMMEDIATE")
        #expect {
            try other.execute("BEGIN IMMEDIATE")
        } throws: {
            ($0 as? SQLiteError)?.kind == .busy
        }
    }

    @Test(
        "takes no path for a URI or a file in memory",
        arguments: [":memory:", "file:x?mode=memory"])
    func paths(name: String) throws {
        // Such a file would be made in the working directory, which isn't ours: it is only looked for.
        #expect {
            _ = try Database(path: name, .read)
        } throws: {
            ($0 as? SQLiteError)?.kind == .cannotOpen
        }
    }

    @Test("a statement is run again with other values, and outlives nothing")
    func statement() throws {
        let insert = try Statement(try sample(), "INSERT INTO t VALUES (?, ?)")
        for number in 1...3 { try insert.run([.integer(number), nil]) }
        let count = try Database(path: path, .read).first("SELECT count(*) FROM t") {
            $0.integer(0)
        }
        #expect(count == 3)
    }

    @Test("a text is prepared once, also within itself, and holds when tables change")
    func preparedOnce() throws {
        let database = try sample()
        let insert = "INSERT INTO t(a) VALUES (?)"
        for number in 1...3 { try database.run(insert, .integer(number)) }
        // No value of an earlier use is left in one that fails before it is bound.
        #expect(throws: SQLiteError.self) { try database.run(insert) }
        let select = "SELECT a FROM t ORDER BY a"
        let pairs = try database.all(select) { row in
            [row.integer(0), (try? database.first(select) { $0.integer(0) }) ?? 0]
        }
        #expect(pairs == [[1, 1], [2, 1], [3, 1]])
        #expect(try database.all(select) { $0.integer(0) } == [1, 2, 3])
        try database.execute("ALTER TABLE t ADD COLUMN c DEFAULT 7")
        #expect(try database.all("SELECT * FROM t") { $0.integer(2) } == [7, 7, 7])
        try database.execute("DROP TABLE t")
        #expect(throws: SQLiteError.self) { try database.all(select) { $0.integer(0) } }
        try database.execute("CREATE TABLE t(b, a)")
        #expect(try database.all(select) { $0.integer(0) } == [])
        try database.run(insert, 5)
        #expect(try database.all(select) { $0.integer(0) } == [5])
    }
}
