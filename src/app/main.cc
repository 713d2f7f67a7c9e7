// jangteo: one binary, its subcommands. Each has a file of its own; here they only get their flags.
#include <CLI/CLI.hpp>
#include <string>

#include "app/check_command.h"
#include "app/demo_command.h"
#include "app/import_command.h"
#include "app/serve_command.h"
#include "app/users_command.h"
#include "app/version.h"

namespace {

using jangteo::ServeFlags;

// A flag that is another name for a configuration key.
void add_key(CLI::App& app, ServeFlags& flags, const std::string& flag, const std::string& key,
             const std::string& meaning) {
  app.add_option_function<std::string>(
      flag, [&flags, key](const std::string& text) { flags.values.emplace_back(key, text); },
      meaning + " (" + key + ")");
}

void add_serve_flags(CLI::App& app, ServeFlags& flags) {
  app.add_option("--config", flags.config_file, "TOML file with any of the keys that `jangteo config` lists");
  add_key(app, flags, "--data", "storage.directory", "Data directory");
  add_key(app, flags, "--address", "server.address", "IP address to listen on");
  add_key(app, flags, "--port", "server.port", "TCP port; 0: any free one");
  add_key(app, flags, "--services", "server.services", "Services of this process");
  add_key(app, flags, "--profile", "server.profile", "loadtest: every rate limit off");
  add_key(app, flags, "--io-threads", "server.io_threads", "Threads that serve connections");
  add_key(app, flags, "--shards", "storage.shards", "Database files of orders and of stock");
  app.add_flag_callback(
      "--demo", [&flags] { flags.values.emplace_back("server.demo", "true"); }, "A filled shop with shoppers");
  app.add_option_function<std::vector<std::string>>(
      "--set",
      [&flags](const std::vector<std::string>& pairs) {
        for (const auto& pair : pairs) {
          const auto equals = pair.find('=');
          if (equals == std::string::npos) throw CLI::ValidationError("--set", "takes section.key=value");
          flags.values.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
      },
      "Any configuration key: section.key=value");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Jangteo: live commerce in one binary"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(jangteo::kVersion));
  int exit_code = 0;
  ServeFlags serve_flags;

  auto* serve = app.add_subcommand("serve", "Run the server");
  add_serve_flags(*serve, serve_flags);
  serve->callback([&] { exit_code = jangteo::serve_command(serve_flags); });
  auto* config = app.add_subcommand("config", "Print every configuration key with its meaning, limits and value");
  add_serve_flags(*config, serve_flags);
  config->callback([&] { exit_code = jangteo::config_command(serve_flags); });
  auto* routes = app.add_subcommand("routes", "Print every HTTP route, one JSON object a line");
  routes->callback([&] { exit_code = jangteo::routes_command(); });

  jangteo::add_check_command(app, exit_code);
  jangteo::add_users_command(app, exit_code);
  jangteo::add_import_command(app, exit_code);
  jangteo::add_demo_command(app, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
