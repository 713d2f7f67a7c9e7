// Configuration: one table of keys (name, type, default, unit, range, meaning) from which parsing, checking, `jangteo
// config` and the documentation are made. Sources, later wins: defaults, TOML file (--config), environment, flags. An
// unknown key or a bad value refuses to start and names it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace jangteo {

using ConfigValue = std::variant<bool, std::int64_t, std::string>;

struct ConfigKey {
  std::string name;  // "http.body_bytes_max": section.key in TOML, JANGTEO_HTTP__BODY_BYTES_MAX in the environment
                     // (section and key joined by __)
  ConfigValue default_value;
  std::string meaning;               // one sentence with the unit
  std::int64_t minimum = INT64_MIN;  // integers only
  std::int64_t maximum = INT64_MAX;
  std::vector<std::string> choices;  // strings only; empty: any
};

class Config {
 public:
  explicit Config(std::vector<ConfigKey> keys);

  Status load_toml(std::string_view text, std::string_view source_name);
  // `environment`: NAME=value pairs. Only names JANGTEO_<SECTION>__<KEY> are ours (double underscore); of these an
  // unknown one is an error.
  Status load_environment(const char* const* environment);
  Status set(std::string_view name, std::string_view text, std::string_view source_name);

  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  const std::string& text(std::string_view name) const;

  std::string source(std::string_view name) const;  // "default", "config.toml:12", "environment", "--port"
  std::string to_toml() const;                      // every key with its meaning, unit, default and range as comments
  const std::vector<ConfigKey>& keys() const { return keys_; }

 private:
  struct Entry {
    ConfigValue value;
    std::string source;
  };
  const ConfigKey* find(std::string_view name) const;
  std::vector<ConfigKey> keys_;
  std::map<std::string, Entry, std::less<>> values_;
};

}  // namespace jangteo
