#include "bench/harness/results.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "bench/harness/entry_index.h"
#include "tabular/architecture_blob.h"
#include "tabular/error.h"
#include "tabular/sha256.h"
#include "tabular/sqlite.h"

namespace hwnas {
namespace {

using Json = nlohmann::json;

const SqliteFormat& Format() {
  static const SqliteFormat kFormat = {
      "hwnas results file",
      0x48574e52,  // "HWNR"
      1,
      {"CREATE TABLE experiment(name TEXT PRIMARY KEY, seed INTEGER NOT NULL, "
       "json TEXT NOT NULL, table_path TEXT NOT NULL, build TEXT NOT NULL, "
       "host TEXT NOT NULL) STRICT",
       "CREATE TABLE problem(id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, "
       "name TEXT NOT NULL, json TEXT NOT NULL, space TEXT NOT NULL, "
       "table_digest TEXT NOT NULL, table_title TEXT NOT NULL, "
       "synthetic INTEGER NOT NULL, description TEXT NOT NULL) STRICT",
       "CREATE TABLE strategy(label TEXT PRIMARY KEY, name TEXT NOT NULL, "
       "version INTEGER NOT NULL, json TEXT NOT NULL) STRICT",
       "CREATE TABLE dictionary(problem INTEGER NOT NULL, entry INTEGER NOT "
       "NULL, architecture BLOB NOT NULL, text TEXT NOT NULL, rung INTEGER NOT "
       "NULL, replicate INTEGER NOT NULL, status INTEGER NOT NULL, missing "
       "INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY(problem, entry)) "
       "STRICT, WITHOUT ROWID",
       "CREATE TABLE run(id TEXT PRIMARY KEY, problem INTEGER NOT NULL, "
       "strategy TEXT NOT NULL, repetition INTEGER NOT NULL, ended TEXT NOT "
       "NULL, reason TEXT NOT NULL, trials INTEGER NOT NULL, evaluations "
       "INTEGER NOT NULL, simulated_seconds REAL NOT NULL, strategy_seconds "
       "REAL NOT NULL, wall_seconds REAL NOT NULL, digest TEXT NOT NULL, "
       "trial_log BLOB NOT NULL, recommended BLOB NOT NULL, checkpoints BLOB "
       "NOT NULL) STRICT"},
      /*write_ahead_log=*/true,
      /*page_size=*/16384};
  return kFormat;
}

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string_view View(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// --- the problem's description ----------------------------------------------

Json NamedToJson(const std::vector<ResultsProblem::Named>& list) {
  Json json = Json::array();
  for (const ResultsProblem::Named& named : list) {
    json.push_back({{"metric", named.metric},
                    {"unit", named.unit},
                    {"maximize", named.direction == Direction::kMaximize},
                    {"origin", named.origin},
                    {"source", named.source}});
  }
  return json;
}

std::vector<ResultsProblem::Named> NamedFromJson(const Json& json) {
  std::vector<ResultsProblem::Named> list;
  for (const Json& item : json) {
    list.push_back({item.at("metric"), item.at("unit"),
                    item.at("maximize").get<bool>() ? Direction::kMaximize
                                                    : Direction::kMinimize,
                    item.at("origin"), item.at("source")});
  }
  return list;
}

Json SurrogatesToJson(const std::vector<ResultsProblem::Predicted>& list) {
  const auto optional = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  Json json = Json::array();
  for (const ResultsProblem::Predicted& s : list) {
    json.push_back({{"metric", s.metric},
                    {"predictor", s.predictor},
                    {"encoding", s.encoding},
                    {"fitted_on", s.fitted_on},
                    {"source_values", s.source_values},
                    {"draws", s.draws},
                    {"noise", s.noise},
                    {"kendall", optional(s.kendall)},
                    {"mae", optional(s.mae)},
                    {"query_seconds", s.query_seconds},
                    {"fit_seconds", s.fit_seconds}});
  }
  return json;
}

std::vector<ResultsProblem::Predicted> SurrogatesFromJson(const Json& json) {
  const auto optional = [](const Json& value) {
    return value.is_null() ? std::nullopt
                           : std::optional<double>(value.get<double>());
  };
  std::vector<ResultsProblem::Predicted> list;
  for (const Json& s : json) {
    list.push_back({s.at("metric"), s.at("predictor"), s.at("encoding"),
                    s.at("fitted_on"), s.at("source_values"), s.at("draws"),
                    s.at("noise"), optional(s.at("kendall")),
                    optional(s.at("mae")), s.at("query_seconds"),
                    s.at("fit_seconds")});
  }
  return list;
}

std::string DescriptionJson(const ResultsProblem& problem) {
  Json optimum = Json::array();
  for (const Value& value : problem.optimum) {
    optimum.push_back(value.Ok() ? Json(value.value) : Json());
  }
  Json json = {{"objectives", NamedToJson(problem.objectives)},
               {"constraints", NamedToJson(problem.constraints)},
               {"bounds", problem.bounds},
               {"upper", problem.upper},
               {"scores", NamedToJson(problem.scores)},
               {"searched",
                {{"architectures", problem.searched.architectures},
                 {"all_architectures", problem.searched.all_architectures},
                 {"networks", problem.searched.networks},
                 {"all_networks", problem.searched.all_networks}}},
               {"optimum", optimum}};
  // Left out where there is none, as in files written before.
  if (!problem.surrogates.empty()) {
    json["surrogates"] = SurrogatesToJson(problem.surrogates);
  }
  if (problem.set_up_seconds > 0) {
    json["set_up_seconds"] = problem.set_up_seconds;
  }
  if (!problem.true_front.empty()) json["true_front"] = problem.true_front;
  return json.dump();
}

void ReadDescription(std::string_view text, ResultsProblem* problem) {
  const Json json = Json::parse(text);
  problem->objectives = NamedFromJson(json.at("objectives"));
  problem->constraints = NamedFromJson(json.at("constraints"));
  problem->bounds = json.at("bounds").get<std::vector<double>>();
  problem->upper = json.at("upper").get<std::vector<bool>>();
  problem->scores = NamedFromJson(json.at("scores"));
  if (json.contains("searched")) {
    const Json& searched = json.at("searched");
    problem->searched = {searched.at("architectures"),
                         searched.at("all_architectures"),
                         searched.at("networks"), searched.at("all_networks")};
  }
  if (json.contains("surrogates")) {
    problem->surrogates = SurrogatesFromJson(json.at("surrogates"));
  }
  problem->set_up_seconds = json.value("set_up_seconds", 0.0);
  for (const Json& value : json.at("optimum")) {
    problem->optimum.push_back(value.is_null()
                                   ? Value{0, Missing::kNotMeasured}
                                   : Value{value.get<double>(), {}});
  }
  if (json.contains("true_front")) {
    problem->true_front =
        json.at("true_front").get<std::vector<std::vector<double>>>();
  }
}

std::string PackCheckpoints(const std::vector<Checkpoint>& checkpoints,
                            std::span<const uint32_t> global) {
  Json json = Json::array();
  for (const Checkpoint& checkpoint : checkpoints) {
    Json indices = Json::array();
    for (const uint32_t i : checkpoint.recommended) {
      indices.push_back(global[i]);
    }
    json.push_back({checkpoint.trials, indices});
  }
  return json.dump();
}

/// A problem's dictionary as the writer and reader keep it.
struct DictionaryState {
  std::vector<DictionaryEntry> entries;
  std::vector<double> full_costs;
  std::vector<uint64_t> contents;  // ContentHash of each
  EntryIndex index{true};
};

class ResultsFile final : public Results {
 public:
  ResultsFile(SqliteDatabase database, bool writable)
      : database_(std::move(database)), writable_(writable) {
    if (!writable_) return;
    // Readers and a killed process see whole runs; the journal goes away in
    // Close().
    database_.Execute("PRAGMA journal_mode=WAL");
    database_.Execute("PRAGMA synchronous=NORMAL");
    // Few, large transfers into the file: each waits for the disk.
    database_.Execute("PRAGMA wal_autocheckpoint=4096");
  }

  ~ResultsFile() override {
    try {
      Commit();
    } catch (const Error&) {
      // Who wants to know calls Commit() or Close().
    }
  }

  void SetExperiment(const ResultsExperiment& e) override {
    database_.Prepare("INSERT OR REPLACE INTO experiment VALUES(?,?,?,?,?,?)")
        .Bind(e.name, static_cast<int64_t>(e.seed), e.json, e.table, e.build,
              e.host)
        .Run();
  }

  std::vector<ResultsExperiment> Experiments() const override {
    std::vector<ResultsExperiment> list;
    auto rows = database_.Prepare(
        "SELECT name,seed,json,table_path,build,host FROM experiment ORDER BY "
        "name");
    while (rows.Step()) {
      list.push_back({std::string(rows.Text(0)),
                      static_cast<uint64_t>(rows.Int(1)),
                      std::string(rows.Text(2)), std::string(rows.Text(3)),
                      std::string(rows.Text(4)), std::string(rows.Text(5))});
    }
    return list;
  }

  int64_t AddProblem(const ResultsProblem& problem) override {
    for (const ResultsProblem& known : Problems()) {
      if (known.experiment != problem.experiment ||
          known.spec.name != problem.spec.name) {
        continue;
      }
      if (known.table_digest != problem.table_digest) {
        throw Error(ErrorCode::kDisagree,
                    database_.Path() + ": problem '" + problem.spec.name +
                        "' was run on another table (digest " +
                        known.table_digest.substr(0, 12) + ", now " +
                        problem.table_digest.substr(0, 12) +
                        "); use another results file");
      }
      if (known.json != problem.json) continue;
      KeepTrueFront(known, problem);
      return known.id;
    }
    database_
        .Prepare(
            "INSERT INTO problem(experiment,name,json,space,table_digest,"
            "table_title,synthetic,description) VALUES(?,?,?,?,?,?,?,?)")
        .Bind(problem.experiment, problem.spec.name, problem.json,
              problem.space, problem.table_digest, problem.table_title,
              problem.synthetic ? 1 : 0, DescriptionJson(problem))
        .Run();
    return database_.LastInsertId();
  }

  std::vector<ResultsProblem> Problems() const override {
    std::vector<ResultsProblem> list;
    auto rows = database_.Prepare(
        "SELECT id,experiment,json,space,table_digest,table_title,synthetic,"
        "description FROM problem ORDER BY id");
    while (rows.Step()) {
      ResultsProblem problem;
      problem.id = rows.Int(0);
      problem.experiment = rows.Text(1);
      problem.json = rows.Text(2);
      problem.space = rows.Text(3);
      problem.table_digest = rows.Text(4);
      problem.table_title = rows.Text(5);
      problem.synthetic = rows.IntIn(6, 0, 1) != 0;
      try {
        problem.spec = ProblemFromText(problem.json);
        ReadDescription(rows.Text(7), &problem);
      } catch (const Json::exception&) {
        Damaged("the description of a problem cannot be read");
      }
      for (const std::vector<double>& point : problem.true_front) {
        if (point.size() != problem.scores.size()) {
          Damaged("a point of a true front has other scores than its problem");
        }
      }
      list.push_back(std::move(problem));
    }
    return list;
  }

  void AddStrategy(const StrategySpec& spec, int version) override {
    const std::string json = StrategyJson(spec);
    for (const StrategyRow& known : Strategies()) {
      if (known.spec.label != spec.label) continue;
      const bool same = StrategyJson(known.spec) == json;
      if (same && known.version == version) return;
      if (same && OnlyFailed(spec.label)) {
        Commit();
        SqliteTransaction transaction(database_);
        database_.Prepare("DELETE FROM run WHERE strategy=?")
            .Bind(spec.label)
            .Run();
        database_.Prepare("UPDATE strategy SET version=? WHERE label=?")
            .Bind(version, spec.label)
            .Run();
        transaction.Commit();
        return;
      }
      throw Error(ErrorCode::kUsage,
                  database_.Path() + ": the label '" + spec.label +
                      "' stands for another strategy, version or options in "
                      "this file; choose another label or file");
    }
    database_.Prepare("INSERT INTO strategy VALUES(?,?,?,?)")
        .Bind(spec.label, spec.name, version, json)
        .Run();
  }

  std::vector<StrategyRow> Strategies() const override {
    std::vector<StrategyRow> list;
    auto rows =
        database_.Prepare("SELECT version,json FROM strategy ORDER BY label");
    while (rows.Step()) {
      StrategyRow row;
      row.version = static_cast<int>(rows.IntIn(0, 0, INT32_MAX));
      try {
        const Json json = Json::parse(rows.Text(1));
        row.spec = {json.at("label"), json.at("name"),
                    json.at("options").get<OptionMap>()};
      } catch (const Json::exception&) {
        Damaged("the description of a strategy cannot be read");
      }
      list.push_back(std::move(row));
    }
    return list;
  }

  bool HasRun(const std::string& id) const override {
    return database_.Prepare("SELECT 1 FROM run WHERE id=?").Bind(id).Step();
  }

  void AddRun(const RunRecord& record, const RunOutcome& outcome,
              const SearchSpace* space) override {
    std::vector<uint64_t> contents;
    contents.reserve(outcome.entries.size());
    for (const DictionaryEntry& entry : outcome.entries) {
      contents.push_back(ContentHash(entry));
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    Begin();
    try {
      DictionaryState& state = State(record.problem);
      std::vector<uint32_t> global =
          state.index.FindAll(state.entries, outcome.entries);
      for (size_t i = 0; i < global.size(); ++i) {
        const DictionaryEntry& entry = outcome.entries[i];
        if (global[i] == EntryIndex::kNone) {
          global[i] = Enter(record.problem, entry, contents[i], space, &state);
        } else if (contents[i] != state.contents[global[i]]) {
          throw Error(ErrorCode::kDisagree,
                      database_.Path() + ": architecture '" +
                          state.entries[global[i]].text +
                          "' had other values before; the table or the build "
                          "has changed, use another results file");
        }
      }
      std::vector<LoggedTrial> trials = outcome.trials;
      for (LoggedTrial& trial : trials) trial.entry = global[trial.entry];
      std::vector<uint32_t> recommended;
      for (const uint32_t i : outcome.recommended) {
        recommended.push_back(global[i]);
      }
      if (!insert_run_) {
        insert_run_ = database_.Prepare(
            "INSERT OR REPLACE INTO run VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
      }
      insert_run_
          ->Bind(record.id, record.problem, record.strategy,
                 static_cast<int64_t>(record.repetition),
                 RunEndName(record.end), record.reason,
                 static_cast<int64_t>(record.trials),
                 static_cast<int64_t>(record.evaluations),
                 record.simulated_seconds, record.strategy_seconds,
                 record.wall_seconds, record.digest,
                 Bytes(PackTrials(trials, state.full_costs)),
                 Bytes(PackIndices(recommended)),
                 Bytes(PackCheckpoints(outcome.checkpoints, global)))
          .Run();
      if (Clock::now() - begun_ >= kLongestTransaction) EndTransaction();
    } catch (...) {
      Abandon();
      throw;
    }
  }

  void Commit() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    try {
      EndTransaction();
    } catch (...) {
      Abandon();
      throw;
    }
  }

  std::vector<RunRecord> Runs() const override {
    std::vector<RunRecord> list;
    auto rows = database_.Prepare(
        "SELECT id,problem,strategy,repetition,ended,reason,trials,"
        "evaluations,simulated_seconds,strategy_seconds,wall_seconds,digest "
        "FROM run ORDER BY problem,strategy,repetition,id");
    while (rows.Step()) {
      RunRecord run;
      run.id = rows.Text(0);
      run.problem = rows.Int(1);
      run.strategy = rows.Text(2);
      run.repetition = static_cast<uint64_t>(rows.Int(3));
      run.end = ParseEnd(rows.Text(4));
      run.reason = rows.Text(5);
      run.trials = static_cast<uint64_t>(rows.Int(6));
      run.evaluations = static_cast<uint64_t>(rows.Int(7));
      run.simulated_seconds = rows.Double(8);
      run.strategy_seconds = rows.Double(9);
      run.wall_seconds = rows.Double(10);
      run.digest = rows.Text(11);
      list.push_back(std::move(run));
    }
    return list;
  }

  const std::vector<DictionaryEntry>& Dictionary(
      int64_t problem) const override {
    return State(problem).entries;
  }

  void ReleaseDictionary(int64_t problem) const override {
    dictionaries_.erase(problem);
  }

  RunTrials Trials(const RunRecord& run) const override {
    const DictionaryState& state = State(run.problem);
    if (!select_trials_) {
      select_trials_ = database_.Prepare(
          "SELECT trial_log,recommended,checkpoints FROM run WHERE id=?");
    }
    SqliteStatement& row = *select_trials_;
    if (!row.Bind(run.id).Step()) {
      throw Error(ErrorCode::kNotFound,
                  database_.Path() + ": no run " + Quoted(run.id));
    }
    const auto limit = static_cast<uint32_t>(state.entries.size());
    RunTrials out;
    out.trials = UnpackTrials(View(row.Blob(0)), state.full_costs);
    out.recommended = UnpackIndices(View(row.Blob(1)), limit);
    try {
      for (const Json& item : Json::parse(View(row.Blob(2)))) {
        Checkpoint checkpoint{item.at(0), item.at(1)};
        for (const uint32_t i : checkpoint.recommended) {
          if (i >= limit) Damaged("a checkpoint names no entry");
        }
        out.checkpoints.push_back(std::move(checkpoint));
      }
    } catch (const Json::exception&) {
      Damaged("the checkpoints of a run cannot be read");
    }
    row.Reset();
    return out;
  }

  std::vector<std::string> Check() const override {
    std::vector<std::string> faults = database_.CheckIntegrity();
    for (const RunRecord& run : Runs()) {
      try {
        if (Outcome(run).Digest() != run.digest) {
          faults.push_back("run " + run.id + " does not have its digest");
        }
      } catch (const Error& error) {
        faults.push_back("run " + run.id + ": " + error.what());
      }
    }
    return faults;
  }

  void Close() override {
    if (!writable_) return;
    Commit();
    insert_run_.reset();
    insert_entry_.reset();
    select_trials_.reset();
    // All is in the file and on the disk before the mode changes.
    database_.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    database_.Execute("PRAGMA synchronous=OFF");
    database_.Execute("PRAGMA journal_mode=DELETE");
    writable_ = false;
  }

 private:
  [[noreturn]] void Damaged(const std::string& what) const {
    throw Error(ErrorCode::kCorrupt,
                database_.Path() + ": " + what + "; use a copy or run again");
  }

  /// A front is a function of table and problem: files written before it was
  /// recorded get it from those written since.
  void KeepTrueFront(ResultsProblem known, const ResultsProblem& problem) {
    if (problem.true_front.empty() || problem.true_front == known.true_front) {
      return;
    }
    if (!known.true_front.empty()) {
      throw Error(ErrorCode::kDisagree,
                  database_.Path() + ": problem '" + problem.spec.name +
                      "' had another true front before; the build has changed, "
                      "use another results file");
    }
    known.true_front = problem.true_front;
    database_.Prepare("UPDATE problem SET description=? WHERE id=?")
        .Bind(DescriptionJson(known), known.id)
        .Run();
  }

  /// Whether no run of a strategy came to an end; at least one was begun.
  bool OnlyFailed(const std::string& label) const {
    const char* failed = RunEndName(RunEnd::kFailed);
    auto counts = database_.Prepare(
        "SELECT count(*),count(*) FILTER (WHERE ended=?) FROM run WHERE "
        "strategy=?");
    counts.Bind(failed, label).Step();
    return counts.Int(0) > 0 && counts.Int(0) == counts.Int(1);
  }

  RunEnd ParseEnd(std::string_view text) const {
    for (const RunEnd end : {RunEnd::kBudget, RunEnd::kDone, RunEnd::kMaxTrials,
                             RunEnd::kFailed}) {
      if (text == RunEndName(end)) return end;
    }
    Damaged("a run ended as '" + Quoted(text) + "'");
  }

  DictionaryState& State(int64_t problem) const {
    const auto found = dictionaries_.find(problem);
    if (found != dictionaries_.end()) return found->second;
    DictionaryState state;
    auto rows = database_.Prepare(
        "SELECT architecture,text,rung,replicate,status,missing,packed,entry "
        "FROM dictionary WHERE problem=? ORDER BY entry");
    rows.Bind(problem);
    while (rows.Step()) {
      DictionaryEntry entry;
      entry.architecture = FromBlob(rows.Blob(0));
      entry.text = rows.Text(1);
      entry.rung = static_cast<int>(rows.IntIn(2, -1, INT32_MAX));
      entry.replicate = static_cast<uint32_t>(rows.IntIn(3, 0, UINT32_MAX));
      entry.status = static_cast<TrialStatus>(rows.IntIn(4, 0, 3));
      entry.missing = static_cast<Missing>(
          rows.IntIn(5, 0, static_cast<int64_t>(Missing::kDiverged)));
      UnpackEntryValues(View(rows.Blob(6)), &entry);
      if (rows.Int(7) != static_cast<int64_t>(state.entries.size())) {
        Damaged("the dictionary has gaps");
      }
      if (writable_) {
        const uint64_t content = ContentHash(entry);
        Remember(std::move(entry), content, &state);
        continue;
      }
      // Who only reads looks nothing up.
      state.full_costs.push_back(entry.full_cost_seconds);
      state.entries.push_back(std::move(entry));
    }
    return dictionaries_.emplace(problem, std::move(state)).first->second;
  }

  static void Remember(DictionaryEntry entry, uint64_t content,
                       DictionaryState* state) {
    state->full_costs.push_back(entry.full_cost_seconds);
    state->contents.push_back(content);
    state->entries.push_back(std::move(entry));
    state->index.Insert(state->entries,
                        static_cast<uint32_t>(state->entries.size() - 1));
  }

  /// A commit costs as much as a short run: runs share one.
  void Begin() {
    if (transaction_) return;
    transaction_.emplace(database_);
    begun_ = Clock::now();
  }

  void EndTransaction() {
    if (!transaction_) return;
    transaction_->Commit();
    transaction_.reset();
  }

  /// After a failure: the file is as it was when the transaction began.
  void Abandon() {
    insert_run_.reset();
    insert_entry_.reset();
    select_trials_.reset();
    transaction_.reset();
    dictionaries_.clear();
  }

  /// Adds an entry not met before.
  uint32_t Enter(int64_t problem, const DictionaryEntry& entry,
                 uint64_t content, const SearchSpace* space,
                 DictionaryState* state) {
    const auto id = static_cast<uint32_t>(state->entries.size());
    DictionaryEntry added = entry;
    if (space != nullptr && entry.status != TrialStatus::kInvalid) {
      added.text = space->Format(entry.architecture);
    }
    if (!insert_entry_) {
      insert_entry_ =
          database_.Prepare("INSERT INTO dictionary VALUES(?,?,?,?,?,?,?,?,?)");
    }
    insert_entry_
        ->Bind(problem, id, ToBlob(entry.architecture), added.text, entry.rung,
               entry.replicate, static_cast<int>(entry.status),
               static_cast<int>(entry.missing), Bytes(PackEntryValues(entry)))
        .Run();
    Remember(std::move(added), content, state);
    return id;
  }

  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kLongestTransaction{100};

  SqliteDatabase database_;
  bool writable_;
  std::mutex mutex_;
  std::optional<SqliteTransaction> transaction_;
  Clock::time_point begun_;
  std::optional<SqliteStatement> insert_run_;
  std::optional<SqliteStatement> insert_entry_;
  mutable std::optional<SqliteStatement> select_trials_;
  mutable std::map<int64_t, DictionaryState> dictionaries_;
};

}  // namespace

RunIdentity::RunIdentity(const std::string& table_digest,
                         const std::string& experiment, uint64_t seed,
                         const ProblemSpec& problem,
                         const StrategySpec& strategy, int strategy_version) {
  prefix_.Add(std::string_view("hwnas run 1"));
  prefix_.Add(table_digest);
  prefix_.Add(ProblemJson(problem));
  prefix_.Add(seed);
  prefix_.Add(experiment);
  prefix_.Add(StrategyJson(strategy));
  prefix_.Add(static_cast<uint64_t>(strategy_version));
}

std::string RunIdentity::Id(uint64_t repetition) const {
  Sha256 hash = prefix_;
  hash.Add(repetition);
  return hash.HexDigest();
}

std::unique_ptr<Results> Results::OpenOrCreate(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    return std::make_unique<ResultsFile>(SqliteDatabase::Create(path, Format()),
                                         true);
  }
  return std::make_unique<ResultsFile>(
      SqliteDatabase::OpenReadWrite(path, Format()), true);
}

std::unique_ptr<Results> Results::Open(const std::string& path) {
  return std::make_unique<ResultsFile>(
      SqliteDatabase::OpenReadOnly(path, Format()), false);
}

bool Results::Recognizes(const std::string& path) {
  return SqliteDatabase::Recognizes(path, Format());
}

RunOutcome Results::Outcome(const RunRecord& run) const {
  const auto& dictionary = Dictionary(run.problem);
  RunTrials stored = Trials(run);
  RunOutcome outcome;
  outcome.end = run.end;
  outcome.reason = run.reason;
  outcome.evaluations = run.evaluations;
  outcome.simulated_seconds = run.simulated_seconds;
  outcome.strategy_seconds = run.strategy_seconds;
  std::unordered_map<uint32_t, uint32_t> local;
  const auto enter = [&](uint32_t global) {
    const auto [found, is_new] = local.try_emplace(
        global, static_cast<uint32_t>(outcome.entries.size()));
    if (is_new) outcome.entries.push_back(dictionary[global]);
    return found->second;
  };
  outcome.trials = std::move(stored.trials);
  for (LoggedTrial& trial : outcome.trials) trial.entry = enter(trial.entry);
  for (const uint32_t i : stored.recommended) {
    outcome.recommended.push_back(enter(i));
  }
  for (Checkpoint& checkpoint : stored.checkpoints) {
    for (uint32_t& i : checkpoint.recommended) i = enter(i);
    outcome.checkpoints.push_back(std::move(checkpoint));
  }
  return outcome;
}

std::string Results::Digest() const {
  std::vector<std::pair<std::string, std::string>> digests;
  for (const RunRecord& run : Runs()) digests.emplace_back(run.id, run.digest);
  std::sort(digests.begin(), digests.end());
  Sha256 hash;
  for (const auto& [id, digest] : digests) {
    hash.Add(id);
    hash.Add(digest);
  }
  return hash.HexDigest();
}

}  // namespace hwnas
