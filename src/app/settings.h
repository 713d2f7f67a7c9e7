// Every configuration key of jangteo, and the flags of `serve` that set some of them.
#pragma once

#include <string>
#include <vector>

#include "runtime/config.h"

namespace jangteo {

std::vector<ConfigKey> config_keys();

// Defaults, then the file (empty: none), then the environment; the caller sets flags last.
Result<Config> load_config(const std::string& file, const char* const* environment);

}  // namespace jangteo
