#include "net/rate_limit_filter.h"

#include <gtest/gtest.h>

#include "runtime/entropy.h"

namespace jangteo {

namespace {

Route route_of(RateClass rate) {
  Route route{};
  route.rate = rate;
  return route;
}

// The status that a request from `address` gets; 200 when the filter lets it pass.
int ask(RateLimitFilter& filter, const Route* route, const std::string& address, UserId user = {}) {
  HttpRequest request;
  request.peer_address = address;
  request.principal.user = user;
  const auto answer = filter.before(request, route);
  return answer ? answer->status : 200;
}

RateLimitSettings one_each() {
  RateLimitSettings settings;
  settings.read = settings.write = settings.login = {1, 1};
  return settings;
}

}  // namespace

TEST(RateLimitFilter, CountsAddressesAndClassesApart) {
  RateLimitFilter filter(one_each(), RateKey::address);
  const Route read = route_of(RateClass::read), write = route_of(RateClass::write), none = route_of(RateClass::none);
  EXPECT_EQ(ask(filter, &read, "10.0.0.1"), 200);
  EXPECT_EQ(ask(filter, &read, "10.0.0.1"), 429);
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.1"), 429);  // unknown paths are reads
  EXPECT_EQ(ask(filter, &write, "10.0.0.1"), 200);
  EXPECT_EQ(ask(filter, &read, "10.0.0.2"), 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(filter, &none, "10.0.0.1"), 200);
}

TEST(RateLimitFilter, TakesAnIpv6NetworkForOneCaller) {
  RateLimitFilter filter(one_each(), RateKey::address);
  EXPECT_EQ(ask(filter, nullptr, "2001:db8:1:2::1"), 200);
  EXPECT_EQ(ask(filter, nullptr, "2001:db8:1:2:ffff::2"), 429);
  EXPECT_EQ(ask(filter, nullptr, "2001:db8:1:3::1"), 200);
}

TEST(RateLimitFilter, CountsPrincipalsWhereverTheyComeFrom) {
  RateLimitFilter filter(one_each(), RateKey::principal);
  const UserId a = new_id<UserId>({1}), b = new_id<UserId>({1});
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.1", a), 200);
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.2", a), 429);
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.1", b), 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(filter, nullptr, "10.0.0.1"), 200);  // guests
}

TEST(RateLimitFilter, CanLeaveLoopbackAloneOrBeOff) {
  RateLimitSettings settings = one_each();
  settings.loopback_exempt = true;
  RateLimitFilter filter(settings, RateKey::address);
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(filter, nullptr, address), 200) << address;
  }
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.1"), 200);
  EXPECT_EQ(ask(filter, nullptr, "10.0.0.1"), 429);
  settings.enabled = false;
  RateLimitFilter off(settings, RateKey::address);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(off, nullptr, "10.0.0.1"), 200);
}

TEST(RateLimitFilter, TellsTheTightestLimit) {
  RateLimitSettings settings;
  settings.read = {60, 10};
  RateLimitFilter by_address(settings, RateKey::address);
  settings.read = {60, 4};
  RateLimitFilter by_principal(settings, RateKey::principal);
  HttpRequest request;
  request.peer_address = "10.0.0.1";
  request.principal.user = new_id<UserId>({1});
  EXPECT_FALSE(by_address.before(request, nullptr));
  EXPECT_FALSE(by_principal.before(request, nullptr));
  HttpResponse response;
  by_principal.after(request, nullptr, response);
  by_address.after(request, nullptr, response);
  EXPECT_EQ(response.head_lines, "RateLimit-Limit: 4\r\nRateLimit-Remaining: 3\r\nRateLimit-Reset: 1\r\n");
}

}  // namespace jangteo
