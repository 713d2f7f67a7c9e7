#include "app/check_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/data_check.h"

namespace jangteo {

void add_check_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("check", "Verify every invariant of a stopped data directory; JSON on standard output");
  auto directory = std::make_shared<std::string>("./data");
  command->add_option("--data", *directory, "Data directory");
  command->callback([directory, &exit_code] {
    const auto report = check_data(*directory);
    if (!report) {
      std::fprintf(stderr, "jangteo check: %s\n", report.error().detail.c_str());
      exit_code = 2;
      return;
    }
    std::puts(report->to_json().c_str());
    exit_code = report->damage_count == 0 ? 0 : 1;
  });
}

}  // namespace jangteo
