#include "app/users_command.h"

#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "app/storage.h"
#include "base/json.h"
#include "services/user/user_module.h"

namespace jangteo {

namespace {

constexpr int kRefused = 1;
constexpr int kNothingTried = 2;

struct UsersAddFlags {
  std::string email;
  std::string name;
  std::string role = "customer";
  std::string data = "./data";
};

int refuse(const std::string& detail, int exit_code) {
  std::fprintf(stderr, "jangteo users add: %s\n", detail.c_str());
  return exit_code;
}

// A terminal shows no echo of what is typed.
class SilentTerminal {
 public:
  SilentTerminal() : is_terminal_(::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    std::fputs("Password: ", stderr);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputs("\n", stderr);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

std::string read_password() {
  const SilentTerminal silent;
  std::string password;
  std::getline(std::cin, password);
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

int add_user(const UsersAddFlags& flags) {
  const auto role = parse_role(flags.role);
  if (!role) return refuse("--role is none of customer, support, catalog, ops, owner", kNothingTried);
  MetricsRegistry metrics;
  StorageSettings settings;
  settings.directory = flags.data;
  settings.with_log = false;
  auto storage = Storage::open(settings, SystemClock::instance(), metrics);
  if (!storage) return refuse(storage.error().detail, kNothingTried);
  BlockingPool pool("hash", 1, 1);
  UserModule users({(*storage)->users(), pool, SystemClock::instance(), metrics, flags.data, {}});
  if (const auto opened = users.open(); !opened) return refuse(opened.error().detail, kNothingTried);
  const auto user = users.create_user_blocking({flags.email, flags.name, read_password(), *role});
  if (!user) return refuse(user.error().detail, kRefused);
  std::string json;
  JsonWriter(json)
      .begin_object()
      .field("id", std::string_view(user->id.text()))
      .field("email", user->email)
      .field("name", user->name)
      .field("role", to_string(user->role))
      .end_object();
  std::puts(json.c_str());
  return 0;
}

}  // namespace

void add_users_command(CLI::App& app, int& exit_code) {
  auto* users = app.add_subcommand("users", "Accounts of a stopped data directory");
  users->require_subcommand(1);
  auto* add = users->add_subcommand("add", "Make an account; its password is read from standard input");
  auto flags = std::make_shared<UsersAddFlags>();
  add->add_option("--email", flags->email, "E-mail to log in with")->required();
  add->add_option("--name", flags->name, "Name to show")->required();
  add->add_option("--role", flags->role, "customer, support, catalog, ops or owner")->capture_default_str();
  add->add_option("--data", flags->data, "Data directory")->capture_default_str();
  add->callback([flags, &exit_code] { exit_code = add_user(*flags); });
}

}  // namespace jangteo
