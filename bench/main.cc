#include "bench/cli/cli.h"

int main(int argc, char** argv) { return hwnas::RunCli(argc, argv); }
