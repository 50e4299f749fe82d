#include "tabular/error.h"

#include <gtest/gtest.h>

#include <string>

namespace hwnas {
namespace {

TEST(Error, NearestNameIsSuggested) {
  EXPECT_EQ(Nearest("randon", {"random", "exhaustive"}), "random");
  EXPECT_EQ(Nearest("zzzzzz", {"random", "exhaustive"}), "");
}

TEST(Error, UnknownNameSaysWhatWasMeantAndWhatIsKnown) {
  try {
    FailUnknown("strategy", "nsga", {"nsga2", "random"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_EQ(std::string(error.what()),
              "unknown strategy 'nsga'; did you mean 'nsga2'? (known: nsga2, "
              "random)");
  }
}

TEST(Error, QuotedTextHasNoControlCharactersAndIsShort) {
  EXPECT_EQ(Quoted("a\nb"), "a\\x0ab");
  EXPECT_EQ(Quoted(std::string(500, 'x')).size(), 83u);
}

TEST(Error, ChecksAreActiveInRelease) {
  EXPECT_THROW(HWNAS_CHECK(1 == 2), Error);
}

}  // namespace
}  // namespace hwnas
