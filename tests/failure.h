#ifndef HWNAS_TESTS_FAILURE_H_
#define HWNAS_TESTS_FAILURE_H_

#include <string>

#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {

/// The message of the Error that `call` throws: one line, with this code.
template <typename Call>
std::string Failure(ErrorCode code, Call call) {
  try {
    call();
  } catch (const Error& e) {
    EXPECT_EQ(e.Code(), code) << e.what();
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_FAILURE_H_
