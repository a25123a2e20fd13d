/* What Swift can't import by itself: a macro with a cast of sqlite3.h, and a header that Glibc's
   module leaves out. Nothing else belongs here. */
#ifndef PULSE_CSQLITE_SHIM_H
#define PULSE_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <sys/vfs.h>

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

/* f_type of statfs(2); 0 when the file can't be asked. */
static inline unsigned int CSQLite_file_system(const char *path) {
  struct statfs facts;
  return statfs(path, &facts) == 0 ? (unsigned int)facts.f_type : 0;
}

#endif
