internal import CSQLite

/// One row of a result: lent while it is read, so that nobody can keep it.
///
/// A column is converted as SQLite does it (https://sqlite.org/c3ref/column_blob.html): NULL is 0,
/// or empty. Columns are counted from 0.
@safe public struct Row: ~Copyable {
    // Ownership: the statement's, which stands at this row.
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// A column as an integer.
    public func integer(_ column: Int) -> Int64 {
        unsafe sqlite3_column_int64(handle, Int32(clamping: column))
    }

    /// A column as a double.
    public func real(_ column: Int) -> Double {
        unsafe sqlite3_column_double(handle, Int32(clamping: column))
    }

    /// A column as text; what isn't UTF-8 in it is repaired.
    public func text(_ column: Int) -> String {
        // The text before its length: asking for it may convert the column.
        guard let text = unsafe sqlite3_column_text(handle, Int32(clamping: column)) else {
            return ""
        }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(clamping: column)))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    /// A column as bytes.
    public func bytes(_ column: Int) -> [UInt8] {
        guard let blob = unsafe sqlite3_column_blob(handle, Int32(clamping: column)) else {
            return []
        }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(clamping: column)))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: blob, count: count))
    }

    /// Whether a column has no value.
    public func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(handle, Int32(clamping: column)) == SQLITE_NULL
    }
}
