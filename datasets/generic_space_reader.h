#ifndef HWNAS_DATASETS_GENERIC_SPACE_READER_H_
#define HWNAS_DATASETS_GENERIC_SPACE_READER_H_

#include "datasets/toml_reader.h"
#include "tabular/spaces/generic.h"

namespace hwnas {

/// A user's own space from TOML:
///
///     name = "my-space"             # kebab-case
///     version = 1                   # optional
///     separator = ","               # optional, of the text form
///     decisions = [
///       {name = "depth", choices = [1, 2, 3]},
///       {name = "kernel3", choices = [3, 5], when = {depth = [3]}},
///     ]
///     forbid = [{depth = [1], kernel3 = [5]}]   # optional
///
/// Choices are strings, numbers or booleans, known by their text. A decision
/// with `when` is active only where an earlier one has a listed choice (with
/// several, all must hold). Each of `forbid` is a combination that is not
/// allowed. Error(kUsage) with file and line; the space's own rules are
/// checked by MakeGenericSpace.
GenericDescription ReadGenericSpace(const TomlTable& toml);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_GENERIC_SPACE_READER_H_
