#include "strategies/registry.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/cli/run_options.h"
#include "bench/report/text_table.h"
#include "strategies/frameworks.h"
#include "strategies/strategy_source.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string name;
  std::string like;
  OutputFormat format = OutputFormat::kText;
};

Json Describe(const StrategyInfo& info) {
  Json options = Json::array();
  for (const OptionInfo& option : info.options) {
    options.push_back({{"name", option.name},
                       {"default", option.default_value},
                       {"about", option.about}});
  }
  return {{"name", info.name},
          {"version", info.version},
          {"summary", info.summary},
          {"source", info.source},
          {"exact", info.exact},
          {"stochastic", info.stochastic},
          {"multi_objective", info.multi_objective},
          {"beats_random", info.beats_random},
          {"options", std::move(options)}};
}

const char* YesNo(bool yes) { return yes ? "yes" : "no"; }

void PrintOne(const StrategyInfo& info) {
  Print(TextList({{"strategy", info.Id()},
                  {"summary", info.summary},
                  {"source", info.source},
                  {"objectives", info.multi_objective ? "several" : "one"},
                  {"equal bits everywhere", YesNo(info.exact)},
                  {"stochastic", YesNo(info.stochastic)}}));
  if (info.options.empty()) {
    Print("\nIt has no options.\n");
    return;
  }
  TextTable table({"option", "default", "meaning"});
  for (const OptionInfo& option : info.options) {
    table.AddRow({option.name, option.default_value, option.about});
  }
  Print("\n" + table.Text());
}

void PrintAll() {
  TextTable table({"name", "version", "objectives", "summary"});
  for (const StrategyInfo& info : BuiltInStrategies()) {
    table.AddRow({info.name, fmt::format("{}", info.version),
                  info.multi_objective ? "several" : "one", info.summary});
  }
  Print(table.Text() +
        "\n'hwnas strategies NAME' shows a strategy's options.\n");
}

std::string OptionsText(const OptionMap& options) {
  std::string text;
  for (const auto& [name, value] : options) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text;
}

void PrintFramework(const Framework& framework) {
  Print(TextList({{"framework", framework.title},
                  {"source", framework.open ? "open" : "closed"},
                  {"data", framework.data},
                  {"looked up in", framework.source}}));
  if (!framework.open) {
    Print(fmt::format("\nIt cannot run here: {}.\n", framework.note));
  }
  if (framework.strategies.empty()) {
    Print("Its strategies are not published.\n");
    return;
  }
  TextTable table({"theirs", "here", "options for their defaults", "note"});
  for (const FrameworkStrategy& strategy : framework.strategies) {
    table.AddRow({strategy.name,
                  strategy.counterpart.empty() ? "none" : strategy.counterpart,
                  OptionsText(strategy.options), strategy.note});
  }
  Print("\n" + table.Text());
}

void PrintFrameworkJson(const Framework& framework) {
  Json strategies = Json::array();
  for (const FrameworkStrategy& strategy : framework.strategies) {
    strategies.push_back(
        {{"name", strategy.name},
         {"counterpart",
          strategy.counterpart.empty() ? Json() : Json(strategy.counterpart)},
         {"options", Json(strategy.options)},
         {"note", strategy.note}});
  }
  PrintJson("like", Json{{"name", framework.name},
                         {"title", framework.title},
                         {"open", framework.open},
                         {"note", framework.note},
                         {"data", framework.data},
                         {"source", framework.source},
                         {"strategies", std::move(strategies)}});
}

void ListStrategies(const Options& options) {
  if (!options.like.empty()) {
    const Framework& framework = FindFramework(options.like);
    options.format == OutputFormat::kText ? PrintFramework(framework)
                                          : PrintFrameworkJson(framework);
    return;
  }
  std::shared_ptr<const StrategySource> source;
  if (!options.name.empty()) {
    source = OpenStrategy(options.name, ToPluginOptions({}));
  }
  if (options.format == OutputFormat::kText) {
    source == nullptr ? PrintAll() : PrintOne(source->Info());
    return;
  }
  Json list = Json::array();
  if (source != nullptr) {
    list.push_back(Describe(source->Info()));
  } else {
    for (const StrategyInfo& info : BuiltInStrategies()) {
      list.push_back(Describe(info));
    }
  }
  PrintJson("strategies", std::move(list));
}

}  // namespace

void AddStrategiesCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "strategies", "List the search strategies, or one's options");
  command->group(kListCommands);
  const auto options = std::make_shared<Options>();
  CLI::Option* name =
      command->add_option("name", options->name,
                          "Only this one, with its options: a name, ./X.so or "
                          "exec:COMMAND");
  std::string known;
  for (const Framework& framework : Frameworks()) {
    known += (known.empty() ? "" : ", ") + framework.name;
  }
  command
      ->add_option(
          "--like", options->like,
          "What stands here for the strategies of another framework: " + known)
      ->excludes(name);
  AddFormatOption(*command, &options->format);
  command->callback([options] { ListStrategies(*options); });
}

}  // namespace hwnas
