#!/usr/bin/env python3
"""Checks the direction of includes: include_direction_test.py SOURCE_DIR.

Which part may use which, and which third party is known where, is the table
below; a third party's header stands only in .cc files of its parts. With
--self-test, checks that the checks find what they are for.
"""

import pathlib
import re
import sys
import tempfile

# Part: (parts it may use besides itself, third parties of its .cc files).
PARTS = {
    # JSON: a generic space's spec.
    "core": (set(), {"fmt", "libmd", "json"}),
    "table": ({"core"}, {"fmt", "sqlite"}),
    "predictors": ({"core"}, {"fmt", "xgboost", "eigen"}),
    "strategies": ({"core", "predictors"}, {"fmt", "json"}),
    "datasets": ({"core", "table"}, {"fmt", "libarchive", "toml11", "json"}),
    "bench": (
        {"core", "table", "predictors", "strategies", "datasets"},
        {"fmt", "json", "cli11", "boost", "benchmark", "sqlite", "toml11",
         "pagmo"},
    ),
}
TORCH = ({"core", "table", "predictors", "strategies", "datasets", "bench"},
         {"fmt", "torch"})

THIRD_PARTIES = {
    "fmt": r"fmt/",
    "libmd": r"(sha2|md5|sha)\.h$",
    "sqlite": r"sqlite3(ext)?\.h$",
    "xgboost": r"xgboost/",
    "eigen": r"Eigen/",
    "json": r"nlohmann/",
    "libarchive": r"archive(_entry)?\.h$",
    "toml11": r"toml(\.hpp|/)",
    "cli11": r"CLI/",
    "boost": r"boost/",
    "pagmo": r"pagmo/",
    "benchmark": r"benchmark/",
    "torch": r"(torch|ATen|c10)/",
    "googletest": r"(gtest|gmock)/",
}

# Headers of C and POSIX; those of C++ have neither dot nor slash.
SYSTEM = re.compile(
    r"[a-z_0-9]+$|(sys|linux|netinet|arpa|net)/[a-z_0-9]+\.h$|"
    r"(unistd|fcntl|signal|spawn|poll|dlfcn|pthread|sched|dirent|time|errno|"
    r"string|strings|stdio|stdlib|stdint|stddef|stdbool|limits|math|locale|"
    r"assert|float|immintrin|inttypes|cpuid|ftw|glob|libgen|malloc|termios)\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Headers made by the build, and by which part.
GENERATED = {"build_info.h": "core"}


def part_of(path, table_stems):
  """The part a source path (relative, with slashes) belongs to."""
  pieces = path.split("/")
  if "torch" in pieces[:-1]:
    return "torch"
  if pieces[0] == "tabular":
    return "table" if path[:path.rindex(".")] in table_stems else "core"
  return pieces[0]


def table_stems_of(root):
  """Stems of the files of hwnas_table, from the CMake list of its sources."""
  text = (root / "tabular/CMakeLists.txt").read_text()
  match = re.search(r"hwnas_object_library\(\s*hwnas_table\b([^)]*)\)", text)
  stems = {"tabular/table", "tabular/table_writer"}
  if match:
    stems |= {"tabular/" + name[:-3]
              for name in re.findall(r"[\w/]+\.cc", match.group(1))}
  return stems


def check(root):
  """Violations as lines of text."""
  table_stems = table_stems_of(root)
  violations = []
  for folder in sorted({"tabular", *PARTS} - {"core", "table"}):
    for path in sorted((root / folder).rglob("*")):
      if path.suffix not in (".h", ".cc", ".c", ".inc"):
        continue
      name = path.relative_to(root).as_posix()
      # Written as someone else would, against what is installed.
      if name.startswith("strategies/examples/"):
        continue
      part = part_of(name, table_stems)
      uses, third_parties = TORCH if part == "torch" else PARTS[part]
      text = path.read_text()
      for match in INCLUDE.finditer(text):
        bracket, included = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        def report(message):
          violations.append(f"{name}:{line}: {message}")
        third = next((key for key, pattern in THIRD_PARTIES.items()
                      if re.match(pattern, included)), None)
        if third is not None:
          if path.suffix == ".h":
            report(f"a header includes {included} ({third}); third-party "
                   "headers belong in .cc files")
          elif third not in third_parties:
            report(f"{part} does not use {third} ({included})")
        elif bracket == "<":
          if not SYSTEM.match(included):
            report(f"unknown system or third-party header {included}")
        elif included not in GENERATED:
          if not (root / included).is_file():
            report(f"\"{included}\" is not a path from the root")
            continue
          target = part_of(included, table_stems)
          if target != part and target not in uses:
            report(f"{part} must not use {target} ({included})")
  return violations


def self_test():
  cases = {
      ("tabular/a.h", '#include <fmt/format.h>\n'): "third-party",
      ("tabular/a.cc", '#include <sqlite3.h>\n'): "does not use sqlite",
      ("tabular/a.cc", '#include "tabular/table.h"\n'): "must not use table",
      ("strategies/a.cc", '#include "tabular/table.h"\n'):
          "must not use table",
      ("strategies/a.cc", '#include "bench/b.h"\n'): "must not use bench",
      ("datasets/a.cc", '#include "bench/b.h"\n'): "must not use bench",
      ("predictors/a.cc", '#include <curl/curl.h>\n'): "unknown system",
      ("bench/a.cc", '#include "b.h"\n'): "not a path from the root",
      ("bench/a.cc", '#include "tabular/table.h"\n#include <sys/stat.h>\n'
                     '#include <vector>\n#include <CLI/CLI.hpp>\n'): None,
  }
  failures = 0
  for (name, text), expected in cases.items():
    with tempfile.TemporaryDirectory() as folder:
      root = pathlib.Path(folder)
      for path, content in {
          "tabular/CMakeLists.txt": "", "tabular/table.h": "",
          "bench/b.h": "", name: text}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(content)
      found = check(root)
    right = (not found if expected is None
             else len(found) == 1 and expected in found[0])
    if not right:
      print(f"{name} with {text!r}: expected {expected!r}, found {found}")
      failures += 1
  return failures


def main():
  if sys.argv[1:] == ["--self-test"]:
    return 1 if self_test() else 0
  violations = check(pathlib.Path(sys.argv[1]))
  print("\n".join(violations))
  return 1 if violations else 0


if __name__ == "__main__":
  sys.exit(main())
