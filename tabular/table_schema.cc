#include "tabular/table_schema.h"

namespace hwnas {
namespace {

constexpr uint32_t kApplicationId = 0x68776e74;  // "hwnt"
constexpr int kVersion = 3;

}  // namespace

// Statements are compared word for word with what a file stores: any change
// here, even of a space, is a new version.
const SqliteFormat& TableFormat() {
  static const SqliteFormat format = {
      "hwnas table",
      kApplicationId,
      kVersion,
      {
          R"(CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID)",

          R"(CREATE TABLE source(
  name TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  licence TEXT NOT NULL,
  citation TEXT NOT NULL,
  recipe TEXT NOT NULL,
  compute TEXT NOT NULL,
  importer TEXT NOT NULL
) STRICT, WITHOUT ROWID)",

          R"(CREATE TABLE platform(
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  category TEXT NOT NULL,
  processor TEXT NOT NULL,
  batch INTEGER,
  precision TEXT NOT NULL,
  runtime TEXT NOT NULL,
  method TEXT NOT NULL
) STRICT, WITHOUT ROWID)",

          R"(CREATE TABLE platform_fact(
  platform TEXT NOT NULL REFERENCES platform,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (platform, name)
) STRICT, WITHOUT ROWID)",

          R"(CREATE TABLE architecture(
  id INTEGER PRIMARY KEY,
  decisions BLOB NOT NULL UNIQUE,
  text TEXT NOT NULL,
  network INTEGER NOT NULL,
  class INTEGER NOT NULL,
  connected INTEGER NOT NULL CHECK (connected IN (0, 1))
) STRICT)",

          R"(CREATE INDEX architecture_text ON architecture(text))",

          R"(CREATE TABLE alias(
  scheme TEXT NOT NULL,
  id TEXT NOT NULL,
  architecture INTEGER NOT NULL REFERENCES architecture,
  PRIMARY KEY (scheme, id)
) STRICT, WITHOUT ROWID)",

          R"(CREATE INDEX alias_architecture ON alias(architecture))",

          R"(CREATE TABLE metric_column(
  id INTEGER PRIMARY KEY,
  metric TEXT NOT NULL,
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  platform TEXT NOT NULL,
  dataset TEXT NOT NULL,
  split TEXT NOT NULL,
  epochs INTEGER,
  of_epochs INTEGER,
  images INTEGER,
  qualifiers TEXT NOT NULL,
  source TEXT NOT NULL REFERENCES source,
  origin TEXT NOT NULL,
  preferred INTEGER NOT NULL CHECK (preferred IN (0, 1)),
  chosen INTEGER NOT NULL CHECK (chosen IN (0, 1)),
  mean_of INTEGER,
  predictor TEXT NOT NULL,
  note TEXT NOT NULL,
  checksum TEXT NOT NULL,
  UNIQUE (metric, source)
) STRICT)",

          R"(CREATE TABLE metric_replicate(
  metric_column INTEGER NOT NULL REFERENCES metric_column,
  label TEXT NOT NULL,
  PRIMARY KEY (metric_column, label)
) STRICT, WITHOUT ROWID)",

          R"(CREATE TABLE missing_reason(
  code INTEGER PRIMARY KEY,
  reason TEXT NOT NULL UNIQUE
) STRICT)",

          R"(CREATE TABLE entry(
  metric_column INTEGER NOT NULL REFERENCES metric_column,
  replicate TEXT NOT NULL,
  architecture INTEGER NOT NULL REFERENCES architecture,
  value REAL,
  missing INTEGER REFERENCES missing_reason,
  standard_deviation REAL,
  PRIMARY KEY (metric_column, replicate, architecture),
  CHECK ((value IS NULL) = (missing IS NOT NULL))
) STRICT, WITHOUT ROWID)",

          // What programs read instead of the rows above, in one piece.
          R"(CREATE TABLE packed_architectures(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  checksum TEXT NOT NULL,
  contents BLOB NOT NULL
) STRICT)",

          R"(CREATE TABLE packed_replicate(
  metric_column INTEGER NOT NULL REFERENCES metric_column,
  label TEXT NOT NULL,
  listed INTEGER,
  contents BLOB NOT NULL,
  UNIQUE (metric_column, label)
) STRICT)",

          R"(CREATE VIEW metric_values AS
SELECT
  a.id AS architecture_id, a.text AS architecture, a.connected,
  c.metric, c.quantity, c.platform, c.dataset, c.split, c.epochs,
  c.of_epochs, c.qualifiers, e.replicate, e.value, c.unit,
  (SELECT reason FROM missing_reason WHERE code = e.missing) AS missing,
  e.standard_deviation, c.source, c.origin, c.preferred
FROM metric_column AS c
JOIN entry AS e ON e.metric_column = c.id
JOIN architecture AS a ON a.id = e.architecture)",

          R"(CREATE VIEW preferred_values AS
SELECT
  architecture_id, architecture, connected, metric, quantity, platform,
  dataset, split, epochs, of_epochs, qualifiers, avg(value) AS value, unit,
  count(value) AS replicates,
  CASE WHEN count(value) = 0 THEN min(missing) END AS missing,
  max(standard_deviation) AS standard_deviation, source, origin
FROM metric_values
WHERE preferred
GROUP BY metric, architecture_id)",

          R"(CREATE VIEW accuracy AS
SELECT
  architecture_id, architecture, connected, dataset, split, epochs,
  of_epochs, qualifiers, value AS accuracy, replicates, missing, metric,
  source, origin
FROM preferred_values
WHERE quantity = 'accuracy')",

          R"(CREATE VIEW latency AS
SELECT
  architecture_id, architecture, connected, platform, dataset, qualifiers,
  value AS latency_ms, missing, metric, source, origin
FROM preferred_values
WHERE quantity = 'latency')",

          R"(CREATE VIEW energy AS
SELECT
  architecture_id, architecture, connected, platform, dataset, qualifiers,
  value AS energy_mj, missing, metric, source, origin
FROM preferred_values
WHERE quantity = 'energy')",

          R"(CREATE VIEW size AS
SELECT
  architecture_id, architecture, connected, dataset, qualifiers, quantity,
  value, unit, metric, source, origin
FROM preferred_values
WHERE quantity IN ('params', 'macs', 'flops', 'bit-operations',
  'weight-bytes', 'peak-activation-bytes', 'peak-memory'))",

          R"(CREATE VIEW metrics AS
SELECT
  metric, unit, source, origin, preferred, mean_of,
  (SELECT count(*) FROM metric_replicate WHERE metric_column = c.id)
    AS replicates,
  note
FROM metric_column AS c
ORDER BY metric, source)",

          R"(CREATE VIEW coverage AS
SELECT
  c.metric, c.source, r.label AS replicate,
  (SELECT count(*) FROM architecture) AS architectures,
  count(e.value) AS with_value,
  round(100.0 * count(e.value) / (SELECT count(*) FROM architecture), 2)
    AS percent
FROM metric_column AS c
JOIN metric_replicate AS r ON r.metric_column = c.id
LEFT JOIN entry AS e ON e.metric_column = c.id AND e.replicate = r.label
GROUP BY c.id, r.label
ORDER BY c.metric, c.source, r.label)",

          R"(CREATE VIEW gaps AS
SELECT c.metric, c.source, e.replicate, m.reason, count(*) AS architectures
FROM metric_column AS c
JOIN entry AS e ON e.metric_column = c.id
JOIN missing_reason AS m ON m.code = e.missing
GROUP BY c.id, e.replicate, m.code
ORDER BY c.metric, c.source, e.replicate, m.code)",

          R"(CREATE VIEW provenance AS
SELECT
  c.metric, c.origin, c.source, s.origin AS taken_from, s.licence,
  s.citation, s.recipe, s.compute, s.importer, c.predictor, c.note
FROM metric_column AS c
JOIN source AS s ON s.name = c.source
ORDER BY c.metric, c.source)",

          R"(CREATE VIEW published_index AS
SELECT l.scheme, l.id, a.text AS architecture, a.id AS architecture_id
FROM alias AS l
JOIN architecture AS a ON a.id = l.architecture)",

          R"(CREATE VIEW networks AS
SELECT
  network, min(connected) AS connected, count(*) AS architectures,
  min(text) AS example
FROM architecture
GROUP BY network)",

          // NATS-Bench's own vocabulary, to compare values with its scripts:
          // hp is the schedule, epochs count from 0, cifar10-valid is the
          // training on half of the set.
          R"(CREATE VIEW nats_bench AS
SELECT
  CAST(l.id AS INTEGER) AS "index",
  CASE c.dataset
    WHEN 'cifar10' THEN CASE
      WHEN c.qualifiers = 'train=half' OR c.split = 'val' OR
        (c.quantity = 'train-seconds' AND c.qualifiers = '')
      THEN 'cifar10-valid' ELSE 'cifar10' END
    WHEN 'imagenet16-120' THEN 'ImageNet16-120'
    ELSE c.dataset END AS dataset,
  coalesce(c.of_epochs, c.epochs) AS hp,
  CAST(e.replicate AS INTEGER) AS seed,
  c.epochs - 1 AS iepoch,
  CASE
    WHEN c.split = 'val' THEN 'x-valid'
    WHEN c.split = 'valtest' THEN 'ori-test'
    WHEN c.split = 'test' AND c.dataset = 'cifar10' THEN 'ori-test'
    WHEN c.split = 'test' THEN 'x-test'
    ELSE 'train' END AS "set",
  c.quantity, e.value
FROM metric_column AS c
JOIN entry AS e ON e.metric_column = c.id
JOIN alias AS l ON l.architecture = e.architecture
WHERE c.source = 'nats-bench' AND c.epochs IS NOT NULL AND
  l.scheme IN ('nas-bench-201', 'nats-sss'))",
      }};
  return format;
}

}  // namespace hwnas
