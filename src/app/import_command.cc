#include "app/import_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <utility>

#include "app/import_server.h"
#include "app/import_storage.h"
#include "app/settings.h"
#include "runtime/entropy.h"
#include "runtime/file.h"
#include "runtime/loop.h"

namespace jangteo {

namespace {

constexpr std::size_t kFileBytesMax = 1UL << 30;
constexpr int kNothingTried = 2;

struct ImportFlags {
  std::string file;
  std::string data = "./data";
  std::string config_file;
  std::string url;  // empty: into the data directory
  std::string token;
  std::string names;
  std::string currency;
  std::int64_t stock = -1;
  std::string pictures;
  bool dry_run = false;
  bool json = false;
};

int refuse(const std::string& detail) {
  std::fprintf(stderr, "jangteo import: %s\n", detail.c_str());
  return kNothingTried;
}

Result<ImportOptions> read_options(const ImportFlags& flags) {
  ImportOptions options;
  auto names = parse_names(flags.names);
  if (!names) return fail(ErrorCode::invalid, "--map: " + names.error().detail);
  options.reading.names = std::move(*names);
  if (!flags.currency.empty()) {
    options.reading.currency = Currency::parse(flags.currency);
    if (!options.reading.currency) return fail(ErrorCode::invalid, "--currency: " + flags.currency + " is unknown");
  }
  if (flags.stock >= 0) options.stock = flags.stock;
  options.pictures_directory = flags.pictures;
  if (!flags.pictures.empty() && !std::filesystem::is_directory(flags.pictures)) {
    return fail(ErrorCode::invalid, "--images: " + flags.pictures + " is no directory");
  }
  options.dry_run = flags.dry_run;
  return options;
}

// A dry run leaves no trace: a directory that was never started on is tried in a temporary one.
class TrialDirectory {
 public:
  explicit TrialDirectory(const ImportFlags& flags) : path_(flags.data) {
    const auto shards = stored_shards(flags.data);
    if (!flags.dry_run || shards || shards.error().code != ErrorCode::not_found) return;
    path_ = (std::filesystem::temp_directory_path() / ("jangteo-dry-run-" + std::to_string(random_u64()))).string();
    temporary_ = true;
  }
  ~TrialDirectory() {
    std::error_code ignored;
    if (temporary_) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool temporary_ = false;
};

int report(const ImportFlags& flags, const ImportResult& result) {
  const std::string text = flags.json ? result.report.to_json() : result.report.to_text();
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!result.status) std::fprintf(stderr, "jangteo import: stopped: %s\n", result.status.error().detail.c_str());
  return result.report.failed == 0 && result.status ? 0 : 1;
}

ImportResult run_import(Loop& loop, const std::string& text, const ImportOptions& options, ImportTarget& target) {
  CallContext context;
  std::promise<ImportResult> done;
  loop.post([&] {
    start(import_products(context, text, options, &target),
          [&](ImportResult result) { done.set_value(std::move(result)); });
  });
  return done.get_future().get();
}

int import_file(const ImportFlags& flags) {
  auto options = read_options(flags);
  if (!options) return refuse(options.error().detail);
  const auto text = read_file(flags.file, kFileBytesMax);
  if (!text) return refuse(text.error().detail);

  if (!flags.url.empty()) {
    auto address = parse_server_address(flags.url);
    if (!address) return refuse("--url: " + address.error().detail);
    LoopThreads loops("import", 1);
    ImportServer target(std::move(*address), flags.token, loops[0]);
    const auto result = run_import(loops[0], *text, *options, target);
    loops.stop();
    return report(flags, result);
  }

  const TrialDirectory directory(flags);
  LoopThreads loops("import", 1);
  const auto config = load_config(flags.config_file, environ);
  if (!config) return refuse(config.error().detail);
  StorageSettings settings;
  settings.directory = directory.path();
  settings.shards = static_cast<std::uint32_t>(config->integer("storage.shards"));
  settings.shards_given = config->source("storage.shards") != "default";
  settings.with_log = false;
  auto target =
      ImportStorage::open(settings, static_cast<std::size_t>(config->integer("catalogue.products_max")), loops[0]);
  if (!target) return refuse(target.error().detail);
  return report(flags, run_import(loops[0], *text, *options, **target));
}

}  // namespace

void add_import_command(CLI::App& app, int& exit_code) {
  auto* import = app.add_subcommand("import", "Take a file of other people's into the shop");
  import->require_subcommand(1);
  auto* products = import->add_subcommand("products", "A catalogue: JSON array, NDJSON or CSV with a header");
  auto flags = std::make_shared<ImportFlags>();
  products->add_option("FILE", flags->file, "The file")->required();
  auto* data = products->add_option("--data", flags->data, "Data directory of a stopped server")->capture_default_str();
  products->add_option("--config", flags->config_file, "The server's TOML file, for what a data directory needs");
  products->add_option("--url", flags->url, "A running server instead: http://HOST:PORT")->excludes(data);
  products->add_option("--token", flags->token, "Its access token, of an account with the role catalog");
  products->add_option("--map", flags->names, "Names in the file: sku=Id,name=Title,price=Cost,...");
  products->add_option("--currency", flags->currency, "Currency of decimal prices (109.99), e.g. USD");
  products->add_option("--stock", flags->stock, "Pieces that new variants start with when the file names none")
      ->check(CLI::Range(std::int64_t{0}, ProductLimits::kStockMax));
  products->add_option("--images", flags->pictures, "Directory of pictures <sku>.webp, .png, .jpg or .svg");
  products->add_flag("--dry-run", flags->dry_run, "Report what would happen, change nothing");
  products->add_flag("--json", flags->json, "The report as one JSON object");
  products->callback([flags, &exit_code] { exit_code = import_file(*flags); });
}

}  // namespace jangteo
