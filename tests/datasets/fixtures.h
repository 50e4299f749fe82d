#ifndef HWNAS_TESTS_DATASETS_FIXTURES_H_
#define HWNAS_TESTS_DATASETS_FIXTURES_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hwnas {

/// Files of an archive: path and bytes.
using FixtureFiles = std::vector<std::pair<std::string, std::string>>;

/// `format` is `zip` (stored, as PyTorch writes it), `zip-deflate`, `tar`,
/// `tar.gz` or `tar.bz2`.
std::string MakeArchive(const std::string& format, const FixtureFiles& files);
/// One file compressed by `gzip`, `bzip2` or `xz`.
std::string Compress(const std::string& filter, std::string_view bytes);

/// Opcodes of pickles, as strings to be concatenated.
namespace pickle {
std::string Start(int protocol = 2);
std::string Stop();
std::string Int(int64_t value);
std::string Float(double value);
std::string Str(std::string_view text);
std::string Global(const std::string& module, const std::string& name);
std::string List(const std::vector<std::string>& items);
std::string Tuple(const std::vector<std::string>& items);
/// Keys and entries in turn.
std::string Dict(const std::vector<std::string>& items);
}  // namespace pickle

/// A `.pt` file of one pickled value (without start and stop).
std::string MakePt(const std::string& value, const FixtureFiles& storages = {});

/// A TFRecord file of these records.
std::string MakeTfRecords(const std::vector<std::string>& records);

/// A record of NAS-Bench-101's file: evaluations are rows of epoch, seconds,
/// and train, validation and test accuracy.
std::string MakeNb101Record(const std::string& hash, int epochs,
                            const std::string& adjacency,
                            const std::string& operations, int params,
                            const std::vector<std::vector<double>>& rows);

/// An archive of NATS-Bench: `schedules` by name, each with one training on
/// CIFAR-10's half and one on CIFAR-100.
std::string MakeNatsArchive(int index, const std::string& arch_str, int epochs);

}  // namespace hwnas

#endif  // HWNAS_TESTS_DATASETS_FIXTURES_H_
