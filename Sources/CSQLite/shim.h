/* What Swift can't import of sqlite3.h by itself: a macro with a cast. Nothing else belongs here. */
#ifndef PULSE_CSQLITE_SHIM_H
#define PULSE_CSQLITE_SHIM_H

#include <sqlite3.h>

/* Binds bytes that SQLite copies at once (SQLITE_TRANSIENT). */
static inline int CSQLite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
  /* A null pointer would bind NULL, and nothing is a blob of its own. */
  return length == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                     : sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

/* As CSQLite_bind_blob, for UTF-8. */
static inline int CSQLite_bind_text(sqlite3_stmt *statement, int index, const void *text, int length) {
  return sqlite3_bind_text(statement, index, length == 0 ? "" : (const char *)text, length, SQLITE_TRANSIENT);
}

#endif
