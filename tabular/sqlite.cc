#include "tabular/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

namespace hwnas {
namespace {

constexpr int kHeaderSize = 100;
constexpr char kMagic[] = "SQLite format 3";  // and its terminating zero
constexpr size_t kWriteVersionOffset = 18;    // then the read version
constexpr size_t kVersionOffset = 60;
constexpr size_t kApplicationIdOffset = 68;
constexpr int kBusyMilliseconds = 10'000;
// Longest text or blob, and longest statement, that a file may hold.
constexpr int kLongestValue = 256 << 20;
constexpr int kLongestSql = 1 << 20;

/// The project's word for one of SQLite's result codes.
ErrorCode CodeOf(int code) {
  if (code == SQLITE_IOERR_SHORT_READ) return ErrorCode::kCorrupt;
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      return ErrorCode::kIo;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    // Damaged pages make SQLite, its own check too, ask for any amount.
    case SQLITE_NOMEM:
      return ErrorCode::kCorrupt;
    default:
      return ErrorCode::kInternal;
  }
}

const char* AdviceOf(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full or the file may not grow further; make room "
             "and try again";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process is using the file; wait for it and try again";
    case SQLITE_IOERR:
      return "reading or writing failed (is the disk full, or a limit on file "
             "sizes set?)";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "check the permissions of the file and its folder";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
      return "the file is damaged; take it from its source again";
    case SQLITE_NOMEM:
      return "the file is damaged, or the machine is short of memory; take "
             "it from its source again, or make room";
    default:
      return "please report this";
  }
}

[[noreturn]] void Fail(const std::string& path, int code,
                       std::string_view message) {
  throw Error(CodeOf(code), fmt::format("{}: {}; {}", path,
                                        Quoted(message, 200), AdviceOf(code)));
}

[[noreturn]] void FailCorrupt(const std::string& path,
                              const std::string& what) {
  throw Error(ErrorCode::kCorrupt, fmt::format("{}: {}", path, what));
}

uint32_t BigEndian(const unsigned char* bytes) {
  return (static_cast<uint32_t>(bytes[0]) << 24) |
         (static_cast<uint32_t>(bytes[1]) << 16) |
         (static_cast<uint32_t>(bytes[2]) << 8) | bytes[3];
}

bool IsOf(const unsigned char (&header)[kHeaderSize],
          const SqliteFormat& format) {
  return std::memcmp(header, kMagic, sizeof(kMagic)) == 0 &&
         BigEndian(header + kApplicationIdOffset) == format.application_id;
}

/// Reads what a file says it is from its header, without SQLite.
void CheckHeader(const std::string& path, const SqliteFormat& format) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{}: no such file; expected a {}", path, format.what));
  }
  if (error || status.type() != std::filesystem::file_type::regular) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read as a file", path));
  }
  unsigned char header[kHeaderSize] = {};
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw Error(
        ErrorCode::kIo,
        fmt::format("{}: cannot be opened; check its permissions", path));
  }
  stream.read(reinterpret_cast<char*>(header), kHeaderSize);
  if (stream.gcount() != kHeaderSize || !IsOf(header, format)) {
    FailCorrupt(path, fmt::format("is not a {}", format.what));
  }
  const unsigned char mode = header[kWriteVersionOffset];
  if (mode != header[kWriteVersionOffset + 1] ||
      (mode != 1 && !(mode == 2 && format.write_ahead_log))) {
    FailCorrupt(path,
                fmt::format("is a {} in a mode that none is in", format.what));
  }
  const uint32_t version = BigEndian(header + kVersionOffset);
  if (version != static_cast<uint32_t>(format.version)) {
    FailCorrupt(path, fmt::format("is a {} of schema version {}, this build "
                                  "reads version {}; make it again from its "
                                  "sources, or use the hwnas that wrote it",
                                  format.what, version, format.version));
  }
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, std::string path)
    : statement_(statement), path_(std::move(path)) {}

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      path_(std::move(other.path_)) {}

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(path_, other.path_);
  return *this;
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::Check(int code) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  sqlite3* handle = sqlite3_db_handle(statement_);
  Fail(path_, sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

bool SqliteStatement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  Check(code);
  return false;
}

void SqliteStatement::Run() {
  while (Step()) {
  }
  Reset();
}

// The result of a reset repeats the error of the last step.
void SqliteStatement::Reset() { sqlite3_reset(statement_); }

void SqliteStatement::BindAt(int i, double value) {
  Check(sqlite3_bind_double(statement_, i, value));
}

void SqliteStatement::BindAt(int i, std::string_view text) {
  // A null pointer would bind NULL.
  const char* data = text.empty() ? "" : text.data();
  Check(sqlite3_bind_text64(statement_, i, data, text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
}

void SqliteStatement::BindAt(int i, std::span<const uint8_t> bytes) {
  if (bytes.empty()) {
    Check(sqlite3_bind_zeroblob(statement_, i, 0));
    return;
  }
  Check(sqlite3_bind_blob64(statement_, i, bytes.data(), bytes.size(),
                            SQLITE_TRANSIENT));
}

void SqliteStatement::BindAt(int i, std::nullopt_t) {
  Check(sqlite3_bind_null(statement_, i));
}

void SqliteStatement::BindInt(int i, int64_t value) {
  Check(sqlite3_bind_int64(statement_, i, value));
}

void SqliteStatement::CheckType(int column, int type) const {
  if (sqlite3_column_type(statement_, column) != type) {
    FailCorrupt(path_, fmt::format("column '{}' has a value of another type; "
                                   "the file is damaged",
                                   sqlite3_column_name(statement_, column)));
  }
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int(int column) const {
  CheckType(column, SQLITE_INTEGER);
  return sqlite3_column_int64(statement_, column);
}

int64_t SqliteStatement::IntIn(int column, int64_t low, int64_t high) const {
  const int64_t value = Int(column);
  if (value < low || value > high) {
    FailCorrupt(path_, fmt::format("column '{}' holds {}, outside of {}..{}; "
                                   "the file is damaged",
                                   sqlite3_column_name(statement_, column),
                                   value, low, high));
  }
  return value;
}

double SqliteStatement::Double(int column) const {
  CheckType(column, SQLITE_FLOAT);
  return sqlite3_column_double(statement_, column);
}

std::string_view SqliteStatement::Text(int column) const {
  CheckType(column, SQLITE_TEXT);
  const auto* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(text),
          static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::span<const uint8_t> SqliteStatement::Blob(int column) const {
  CheckType(column, SQLITE_BLOB);
  const auto* data =
      static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

SqliteDatabase::SqliteDatabase(sqlite3* handle, std::string path)
    : handle_(handle), path_(std::move(path)) {}

SqliteDatabase::SqliteDatabase(SqliteDatabase&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      path_(std::move(other.path_)) {}

SqliteDatabase& SqliteDatabase::operator=(SqliteDatabase&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(handle_); }

void SqliteDatabase::Harden() const {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  for (const int off :
       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
        SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_DQS_DML,
        SQLITE_DBCONFIG_DQS_DDL}) {
    sqlite3_db_config(handle_, off, 0, nullptr);
  }
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(handle_, SQLITE_LIMIT_SQL_LENGTH, kLongestSql);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  Execute("PRAGMA cell_size_check = ON");
}

SqliteDatabase SqliteDatabase::Open(const std::string& path,
                                    const SqliteFormat& format, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) throw std::bad_alloc();
  SqliteDatabase database(handle, path);
  if (code != SQLITE_OK) {
    Fail(path, sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
  }
  if ((flags & SQLITE_OPEN_CREATE) != 0) {
    database.Harden();
    return database;
  }
  try {
    database.Harden();
    database.CheckSchema(format);
  } catch (const Error& error) {
    // SQLite's generic error, from the file's own schema.
    if (error.Code() != ErrorCode::kInternal) throw;
    FailCorrupt(path,
                fmt::format("is no sound {}: {}", format.what, error.what()));
  }
  return database;
}

SqliteDatabase SqliteDatabase::Create(const std::string& path,
                                      const SqliteFormat& format) {
  if (std::filesystem::exists(std::filesystem::symlink_status(path))) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: exists already; give another name or remove "
                            "it",
                            path));
  }
  SqliteDatabase database =
      Open(path, format, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  database.Execute(fmt::format("PRAGMA page_size = {}", format.page_size));
  // An empty file may be lost with the power; its first contents may not.
  database.Execute("PRAGMA synchronous = OFF");
  SqliteTransaction transaction(database);
  for (const std::string& statement : format.schema) {
    database.Execute(statement);
  }
  database.Execute(fmt::format("PRAGMA application_id = {}",
                               static_cast<int32_t>(format.application_id)));
  database.Execute(fmt::format("PRAGMA user_version = {}", format.version));
  transaction.Commit();
  database.Execute("PRAGMA synchronous = FULL");
  return database;
}

bool SqliteDatabase::Recognizes(const std::string& path,
                                const SqliteFormat& format) {
  unsigned char header[kHeaderSize] = {};
  std::ifstream stream(path, std::ios::binary);
  return stream.read(reinterpret_cast<char*>(header), kHeaderSize) &&
         IsOf(header, format);
}

SqliteDatabase SqliteDatabase::OpenReadOnly(const std::string& path,
                                            const SqliteFormat& format) {
  CheckHeader(path, format);
  std::error_code ignored;
  if (std::filesystem::exists(path + "-journal", ignored)) {
    // A writer was killed: its journal must be rolled back before anything is
    // read. Whoever may write does that; others get SQLite's message below.
    try {
      Open(path, format, SQLITE_OPEN_READWRITE);
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kIo) throw;
    }
  }
  return Open(path, format, SQLITE_OPEN_READONLY);
}

SqliteDatabase SqliteDatabase::OpenReadWrite(const std::string& path,
                                             const SqliteFormat& format) {
  CheckHeader(path, format);
  return Open(path, format, SQLITE_OPEN_READWRITE);
}

void SqliteDatabase::CheckSchema(const SqliteFormat& format) const {
  std::multiset<std::string_view> wanted(format.schema.begin(),
                                         format.schema.end());
  SqliteStatement objects =
      Prepare("SELECT type, name, sql FROM sqlite_schema");
  while (objects.Step()) {
    if (objects.IsNull(2)) continue;  // the index of a UNIQUE of ours
    const auto found = wanted.find(objects.Text(2));
    if (found != wanted.end()) {
      wanted.erase(found);
    } else if (objects.Text(0) != "view") {
      FailCorrupt(path_, fmt::format("has a {} '{}' that no {} has",
                                     Quoted(objects.Text(0)),
                                     Quoted(objects.Text(1)), format.what));
    }
  }
  if (!wanted.empty()) {
    FailCorrupt(
        path_, fmt::format("lacks '{}...' of a {}",
                           Quoted(wanted.begin()->substr(0, 40)), format.what));
  }
}

SqliteStatement SqliteDatabase::Prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(
      handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    Fail(path_, sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_));
  }
  return {statement, path_};
}

void SqliteDatabase::Execute(const std::string& sql) const {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    Fail(path_, sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_));
  }
}

int64_t SqliteDatabase::LastInsertId() const {
  return sqlite3_last_insert_rowid(handle_);
}

bool SqliteDatabase::InTransaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

std::vector<std::string> SqliteDatabase::CheckIntegrity() const {
  std::vector<std::string> faults;
  SqliteStatement check = Prepare("PRAGMA integrity_check");
  while (check.Step()) {
    if (check.Text(0) != "ok") {
      faults.push_back("SQLite: " + Quoted(check.Text(0), 200));
    }
  }
  return faults;
}

SqliteTransaction::SqliteTransaction(const SqliteDatabase& database)
    : database_(database) {
  database_.Execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  if (!open_ || !database_.InTransaction()) return;
  try {
    database_.Execute("ROLLBACK");
  } catch (const Error&) {
    // The journal stays and whoever opens the file next rolls it back.
  }
}

void SqliteTransaction::Commit() {
  database_.Execute("COMMIT");
  open_ = false;
}

}  // namespace hwnas
