// LoginBackoff: after a few wrong passwords for one account from one address, each further attempt has to wait twice as
// long as the last. Accounts that do not exist are treated alike. Bounded: when the table is full the entry that failed
// longest ago goes. Attempts that run at the same moment are all let through; how many those are is bounded by the
// password hashing queue, and each of them counts when it fails. Pure; the owner keeps a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace jangteo {

struct LoginBackoffLimits {
  int free_failures = 5;  // this many wrong passwords cost nothing
  Millis first_wait{1000};
  Millis longest_wait{15 * 60 * 1000};
  Millis forgotten_after{60 * 60 * 1000};  // since the last failure
  std::size_t entry_count_max = 65536;
};

class LoginBackoff {
 public:
  // `seed` is random, so that nobody can aim two keys at one entry.
  explicit LoginBackoff(std::uint64_t seed, LoginBackoffLimits limits = {}) : seed_(seed), limits_(limits) {}

  // How long this attempt still has to wait; zero: go on.
  Millis wait(std::string_view address, std::string_view account, Timestamp now) const;
  void failed(std::string_view address, std::string_view account, Timestamp now);
  void succeeded(std::string_view address, std::string_view account);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t key;
    int failures;
    Timestamp last;
    Timestamp not_before;
  };
  using Order = std::list<Entry>;  // longest ago first
  std::uint64_t key(std::string_view address, std::string_view account) const;

  std::uint64_t seed_;
  LoginBackoffLimits limits_;
  Order order_;
  std::unordered_map<std::uint64_t, Order::iterator> entries_;
};

}  // namespace jangteo
