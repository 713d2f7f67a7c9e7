#include "app/serve_command.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include "app/composition.h"
#include "app/settings.h"
#include "base/json.h"
#include "runtime/log.h"
#include "runtime/signals.h"

namespace jangteo {

namespace {

LogLevel log_level(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warn") return LogLevel::warn;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

// As many open files as the process may have: each connection is one.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int refuse(const Error& error) {
  std::fprintf(stderr, "jangteo: %s\n", error.detail.c_str());
  for (const auto& field : error.fields)
    std::fprintf(stderr, "jangteo:   %s: %s\n", field.param.c_str(), field.detail.c_str());
  return error.code == ErrorCode::conflict ? 2 : 1;
}

}  // namespace

Result<Config> read_config(const ServeFlags& flags) {
  auto config = load_config(flags.config_file, environ);
  if (!config) return config;
  for (const auto& [key, text] : flags.values) JT_TRY(config->set(key, text, "command line"));
  return config;
}

int serve_command(const ServeFlags& flags) {
  block_signals();
  auto config = read_config(flags);
  if (!config) return refuse(config.error());
  raise_file_limit();
  LogSettings log;
  log.level = log_level(config->text("log.level"));
  log.file = config->text("log.file");
  if (auto started = start_log(log); !started) return refuse(started.error());
  {
    Server server(*config);
    if (auto started = server.start(); !started) {
      stop_log();
      return refuse(started.error());
    }
    const std::string scheme = config->text("tls.certificate").empty() ? "http" : "https";
    std::printf("jangteo serves on %s://%s:%d  (data in %s%s)\n", scheme.c_str(),
                config->text("server.address").c_str(), server.port(), config->text("storage.directory").c_str(),
                config->flag("server.demo") ? "; demo mode: not for real shops" : "");
    std::fflush(stdout);
    log_info("server.started", {{"port", static_cast<int>(server.port())}});
    wait_for_stop_signal([&server] { server.reload(); });
    log_info("server.stopping");
    server.stop();
  }
  log_info("server.stopped");
  stop_log();
  return 0;
}

int config_command(const ServeFlags& flags) {
  auto config = read_config(flags);
  if (!config) return refuse(config.error());
  std::fputs(config->to_toml().c_str(), stdout);
  return 0;
}

}  // namespace jangteo
