// `jangteo serve`, `jangteo config` and `jangteo routes`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/config.h"

namespace jangteo {

struct ServeFlags {
  std::string config_file;
  std::vector<std::pair<std::string, std::string>> values;  // configuration keys set by flags, with their text
};

// The configuration that file, environment and flags give.
Result<Config> read_config(const ServeFlags& flags);

int serve_command(const ServeFlags& flags);   // until SIGTERM or SIGINT; exit code 0, 1, or 2 for a directory in use
int config_command(const ServeFlags& flags);  // prints every key with meaning, limits and value
int routes_command();                         // prints every route as a line of JSON

}  // namespace jangteo
