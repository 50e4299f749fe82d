// A program of someone else's, built against the installed library.
#include <hwnas/strategies/registry.h>
#include <hwnas/tabular/error.h>
#include <hwnas/tabular/rng.h>
#include <hwnas/tabular/search_space.h>
#include <hwnas/tabular/version.h>

#include <cstdio>

int main() {
  const hwnas::Rng rng(1234567);
  // The first output of splitmix64 for this seed (Vigna's reference).
  if (rng.State()[0] != 6457827717110365317u) return 1;
  if (hwnas::Nearest("randon", {"random", "exhaustive"}) != "random") return 2;
  if (hwnas::MakeSpace("nb201")->Size() != 15625u) return 3;
  if (hwnas::FindStrategy("nsga2").name != "nsga2") return 4;
  try {
    hwnas::MakeSpace("nb20");
    return 5;
  } catch (const hwnas::Error& error) {  // crosses the library's border
    if (error.Code() != hwnas::ErrorCode::kUsage) return 6;
  }
  std::printf("consumer of hwnas %s\n", hwnas::Version().c_str());
  return 0;
}
