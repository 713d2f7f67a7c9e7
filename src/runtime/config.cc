#include "runtime/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"

namespace jangteo {

namespace {

std::string type_name(const ConfigValue& value) {
  static constexpr const char* kNames[] = {"true or false", "a whole number", "a text"};
  return kNames[value.index()];
}

std::string range_text(const ConfigKey& key) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  if (key.minimum == INT64_MIN && key.maximum == INT64_MAX) return "";
  if (key.maximum == INT64_MAX) return "at least " + number(key.minimum);
  if (key.minimum == INT64_MIN) return "at most " + number(key.maximum);
  return number(key.minimum) + " to " + number(key.maximum);
}

std::string choices_text(const ConfigKey& key) {
  std::string out;
  for (const auto& choice : key.choices) out += (out.empty() ? "" : ", ") + choice;
  return out;
}

// Whether `value` may be the key's; the error names key, value and what is allowed.
Status check_value(const ConfigKey& key, const ConfigValue& value) {
  if (value.index() != key.default_value.index()) {
    return fail(ErrorCode::invalid, key.name + " must be " + type_name(key.default_value));
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number < key.minimum || *number > key.maximum) {
      return fail(ErrorCode::invalid,
                  key.name + " = " + std::to_string(*number) + " is out of range: " + range_text(key));
    }
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (!key.choices.empty() && std::find(key.choices.begin(), key.choices.end(), *text) == key.choices.end()) {
      return fail(ErrorCode::invalid, key.name + " = \"" + *text + "\" is not one of: " + choices_text(key));
    }
  }
  return {};
}

Result<ConfigValue> parse_value(const ConfigKey& key, std::string_view text) {
  if (std::holds_alternative<std::string>(key.default_value)) return ConfigValue{std::string(text)};
  const auto refuse = [&] {
    return fail(ErrorCode::invalid,
                key.name + " = \"" + std::string(text) + "\" must be " + type_name(key.default_value));
  };
  if (std::holds_alternative<bool>(key.default_value)) {
    if (text == "true") return ConfigValue{true};
    if (text == "false") return ConfigValue{false};
    return refuse();
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return refuse();
  return ConfigValue{number};
}

std::string to_toml_value(const ConfigValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  std::string out = "\"";
  for (const char c : std::get<std::string>(value)) {
    static constexpr char kHex[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct TomlEntry {
  std::string name;
  std::optional<ConfigValue> value;  // empty: a type that no key has
  std::uint32_t line = 0;
};

void flatten(const toml::table& table, const std::string& prefix, std::vector<TomlEntry>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* section = node.as_table(); section != nullptr && !section->empty()) {
      flatten(*section, name + ".", out);
      continue;
    }
    TomlEntry entry{name, {}, key.source().begin.line};
    if (const auto flag = node.value_exact<bool>()) {
      entry.value = *flag;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
      entry.value = *number;
    } else if (const auto text = node.value_exact<std::string>()) {
      entry.value = *text;
    }
    out.push_back(std::move(entry));
  }
}

std::string environment_name(std::string_view key) {
  std::string out = "JANGTEO_";
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else {
      out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
  }
  return out;
}

}  // namespace

Config::Config(std::vector<ConfigKey> keys) : keys_(std::move(keys)) {
  for (const auto& key : keys_) {
    JT_ASSERT(key.name.find('.') != std::string::npos, "a key belongs to a section");
    JT_ASSERT(check_value(key, key.default_value), "a default is a value of its key");
    const bool is_new = values_.emplace(key.name, Entry{key.default_value, "default"}).second;
    JT_ASSERT(is_new, "a key is declared once");
  }
}

Status Config::load_toml(std::string_view text, std::string_view source_name) {
  const toml::parse_result parsed = toml::parse(text, source_name);
  const auto at_line = [&](std::uint32_t line) { return std::string(source_name) + ":" + std::to_string(line); };
  if (!parsed) {
    return fail(ErrorCode::malformed, at_line(parsed.error().source().begin.line) +
                                          ": not TOML: " + std::string(parsed.error().description()));
  }
  std::vector<TomlEntry> entries;
  flatten(parsed.table(), "", entries);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TomlEntry& a, const TomlEntry& b) { return a.line < b.line; });
  for (auto& entry : entries) {
    const auto* key = find(entry.name);
    const std::string source = at_line(entry.line);
    if (key == nullptr) return fail(ErrorCode::invalid, source + ": unknown key " + entry.name);
    if (!entry.value) {
      return fail(ErrorCode::invalid, source + ": " + key->name + " must be " + type_name(key->default_value));
    }
    if (auto checked = check_value(*key, *entry.value); !checked) {
      return fail(ErrorCode::invalid, source + ": " + checked.error().detail);
    }
    values_.find(key->name)->second = Entry{std::move(*entry.value), source};
  }
  return {};
}

Status Config::load_environment(const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view pair(*environment);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !pair.starts_with("JANGTEO_")) continue;
    const auto variable = pair.substr(0, equals);
    if (variable.find("__") == std::string_view::npos) continue;
    const auto key = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const ConfigKey& one) { return environment_name(one.name) == variable; });
    if (key == keys_.end()) {
      return fail(ErrorCode::invalid, "environment: unknown key " + std::string(variable));
    }
    if (auto taken = set(key->name, pair.substr(equals + 1), "environment"); !taken) {
      return fail(ErrorCode::invalid, taken.error().detail + " (" + std::string(variable) + ")");
    }
  }
  return {};
}

Status Config::set(std::string_view name, std::string_view text, std::string_view source_name) {
  const auto* key = find(name);
  const std::string source(source_name);
  if (key == nullptr) return fail(ErrorCode::invalid, source + ": unknown key " + std::string(name));
  auto value = parse_value(*key, text);
  if (!value) return fail(ErrorCode::invalid, source + ": " + value.error().detail);
  if (auto checked = check_value(*key, *value); !checked) {
    return fail(ErrorCode::invalid, source + ": " + checked.error().detail);
  }
  values_.find(name)->second = Entry{std::move(*value), source};
  return {};
}

const ConfigKey* Config::find(std::string_view name) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const ConfigKey& key) { return key.name == name; });
  return found == keys_.end() ? nullptr : &*found;
}

bool Config::flag(std::string_view name) const {
  const auto found = values_.find(name);
  JT_ASSERT(found != values_.end(), "the key is declared");
  return std::get<bool>(found->second.value);
}

std::int64_t Config::integer(std::string_view name) const {
  const auto found = values_.find(name);
  JT_ASSERT(found != values_.end(), "the key is declared");
  return std::get<std::int64_t>(found->second.value);
}

const std::string& Config::text(std::string_view name) const {
  const auto found = values_.find(name);
  JT_ASSERT(found != values_.end(), "the key is declared");
  return std::get<std::string>(found->second.value);
}

std::string Config::source(std::string_view name) const {
  const auto found = values_.find(name);
  JT_ASSERT(found != values_.end(), "the key is declared");
  return found->second.source;
}

std::string Config::to_toml() const {
  const auto section_of = [](const ConfigKey& key) { return key.name.substr(0, key.name.rfind('.')); };
  std::vector<std::string> sections;  // in order of first mention
  for (const auto& key : keys_) {
    if (std::find(sections.begin(), sections.end(), section_of(key)) == sections.end()) {
      sections.push_back(section_of(key));
    }
  }
  std::string out;
  for (const auto& section : sections) {
    out += (out.empty() ? "[" : "\n[") + section + "]\n";
    for (const auto& key : keys_) {
      if (section_of(key) != section) continue;
      out += "# " + key.meaning + "\n# Default: " + to_toml_value(key.default_value) + ".";
      if (const auto range = range_text(key); !range.empty()) out += " Range: " + range + ".";
      if (!key.choices.empty()) out += " One of: " + choices_text(key) + ".";
      out += "\n" + key.name.substr(section.size() + 1) + " = " + to_toml_value(values_.find(key.name)->second.value) +
             "\n";
    }
  }
  return out;
}

}  // namespace jangteo
