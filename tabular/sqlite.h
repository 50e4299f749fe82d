#ifndef HWNAS_TABULAR_SQLITE_H_
#define HWNAS_TABULAR_SQLITE_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tabular/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hwnas {

// A thin RAII wrapper over SQLite, private to the project (not installed):
// the tables and the results of the harness are SQLite files, and files are
// untrusted. Errors are Error(kNotFound) for a file that is not there, (kIo)
// for a full disk, missing permission or a lock, (kCorrupt) for what is
// damaged or no such file; all name the file. Objects are not thread-safe.

/// What a file must be. `schema` lists the CREATE statements exactly as
/// SQLite stores them: `CREATE TABLE name(...)`, no semicolon.
struct SqliteFormat {
  std::string what;  // "hwnas table": for messages
  uint32_t application_id = 0;
  int version = 0;  // SQLite's user_version
  std::vector<std::string> schema;
  /// Whether a file may be in SQLite's write-ahead mode, which needs files of
  /// its own beside it to be read.
  bool write_ahead_log = false;
  /// Of new files, in bytes: large ones make few transfers of large blobs.
  int page_size = 4096;
};

/// A prepared statement. Columns count from 0. Readers throw Error(kCorrupt)
/// when the stored type is another.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;
  ~SqliteStatement();

  /// Resets, and binds all parameters in order: integers, doubles, text,
  /// blobs (span of bytes), std::nullopt or optionals for NULL.
  template <typename... Args>
  SqliteStatement& Bind(const Args&... args) {
    Reset();
    int i = 0;
    (BindAt(++i, args), ...);
    return *this;
  }

  /// True when there is a row, false at the end.
  bool Step();
  /// Steps to the end and resets.
  void Run();
  void Reset();

  bool IsNull(int column) const;
  int64_t Int(int column) const;
  /// Error(kCorrupt) outside of [low, high].
  int64_t IntIn(int column, int64_t low, int64_t high) const;
  double Double(int column) const;
  /// Valid until the next Step or Reset.
  std::string_view Text(int column) const;
  std::span<const uint8_t> Blob(int column) const;

  /// Of the file, for messages.
  const std::string& Path() const { return path_; }

 private:
  friend class SqliteDatabase;
  SqliteStatement(sqlite3_stmt* statement, std::string path);

  template <std::integral T>
  void BindAt(int i, T value) {
    BindInt(i, static_cast<int64_t>(value));
  }
  void BindAt(int i, double value);
  void BindAt(int i, std::string_view text);
  void BindAt(int i, const std::string& text) {
    BindAt(i, std::string_view(text));
  }
  void BindAt(int i, const char* text) { BindAt(i, std::string_view(text)); }
  void BindAt(int i, std::span<const uint8_t> bytes);
  void BindAt(int i, const std::vector<uint8_t>& bytes) {
    BindAt(i, std::span<const uint8_t>(bytes));
  }
  void BindAt(int i, std::nullopt_t);
  template <typename T>
  void BindAt(int i, const std::optional<T>& value) {
    value ? BindAt(i, *value) : BindAt(i, std::nullopt);
  }
  void BindInt(int i, int64_t value);
  void Check(int code) const;
  void CheckType(int column, int type) const;

  sqlite3_stmt* statement_;
  std::string path_;
};

/// An open file of a format.
class SqliteDatabase {
 public:
  /// A new file with the format's schema; Error(kUsage) when `path` exists.
  static SqliteDatabase Create(const std::string& path,
                               const SqliteFormat& format);
  /// Nothing in the file is run or trusted: application id and version are
  /// checked before SQLite sees it, triggers, views and functions in the
  /// schema are off, and the stored schema must be the format's, word for
  /// word (views of a user's own may stand beside it).
  static SqliteDatabase OpenReadOnly(const std::string& path,
                                     const SqliteFormat& format);
  /// The same, for additions.
  static SqliteDatabase OpenReadWrite(const std::string& path,
                                      const SqliteFormat& format);

  /// Whether a file says that it is one of `format`, of whatever version;
  /// false where it cannot be read.
  static bool Recognizes(const std::string& path, const SqliteFormat& format);

  SqliteDatabase(SqliteDatabase&& other) noexcept;
  SqliteDatabase& operator=(SqliteDatabase&& other) noexcept;
  ~SqliteDatabase();

  const std::string& Path() const { return path_; }
  SqliteStatement Prepare(std::string_view sql) const;
  /// Runs statements without parameters or results.
  void Execute(const std::string& sql) const;
  int64_t LastInsertId() const;
  /// True after a failed statement has ended the transaction under way.
  bool InTransaction() const;

  /// SQLite's own integrity_check: what is wrong, a line each.
  std::vector<std::string> CheckIntegrity() const;

 private:
  SqliteDatabase(sqlite3* handle, std::string path);
  static SqliteDatabase Open(const std::string& path,
                             const SqliteFormat& format, int flags);
  void Harden() const;
  void CheckSchema(const SqliteFormat& format) const;

  sqlite3* handle_;
  std::string path_;
};

/// BEGIN IMMEDIATE now; ROLLBACK at destruction unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(const SqliteDatabase& database);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  void Commit();

 private:
  const SqliteDatabase& database_;
  bool open_ = true;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_SQLITE_H_
