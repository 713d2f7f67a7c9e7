#include <cstdio>
#include <filesystem>

#include "app/composition.h"
#include "app/serve_command.h"
#include "app/settings.h"
#include "base/json.h"

namespace jangteo {

// Starts a server on a directory of its own that is removed again: the table is the one that is served, not a copy of
// it.
int routes_command() {
  const auto directory = std::filesystem::temp_directory_path() / ("jangteo-routes-" + std::to_string(getpid()));
  Config config(config_keys());
  const auto set = [&](std::string_view key, std::string_view text) {
    return config.set(key, text, "routes").has_value();
  };
  if (!set("storage.directory", directory.string()) || !set("server.port", "0") || !set("storage.shards", "1") ||
      !set("server.demo", "true") || !set("demo.shoppers", "0")) {
    return 1;
  }
  int exit_code = 0;
  {
    Server server(config);
    if (auto started = server.start(); !started) {
      std::fprintf(stderr, "jangteo: %s\n", started.error().detail.c_str());
      exit_code = 1;
    } else {
      for (const auto* route : server.routes()) {
        if (route->name == "page") continue;
        std::string line;
        JsonWriter(line)
            .begin_object()
            .field("method", to_string(route->method))
            .field("path", route->pattern)
            .field("name", route->name)
            .end_object();
        std::puts(line.c_str());
      }
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return exit_code;
}

}  // namespace jangteo
