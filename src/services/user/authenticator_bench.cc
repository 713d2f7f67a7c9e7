// What an authenticated request pays: a known token (hash lookup) against one that is new (Ed25519).
#include <benchmark/benchmark.h>

#include "services/user/authenticator.h"
#include "services/user/password_hasher.h"

namespace jangteo {
namespace {

const UserId kUser = *UserId::parse("usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
const SessionId kSession = *SessionId::parse("ses_0192f3c0-7a1b-7c3d-9e4f-0123456789ac");

AccessTokens& tokens() {
  static AccessTokens all(SigningKey(std::string(32, 'b')), {}, "jangteo", Millis{600'000});
  return all;
}

HttpRequest request_with(const std::string& token) {
  HttpRequest request;
  request.headers = {{"Host", "localhost:8080"}, {"Accept", "*/*"}, {"Authorization", "Bearer " + token}};
  return request;
}

void known_token(benchmark::State& state) {
  MetricsRegistry metrics;
  const RevokedSessions revoked(16);
  auto& clock = SystemClock::instance();
  Authenticator authenticator(tokens(), revoked, clock, metrics, 65536);
  const auto request = request_with(tokens().issue(kUser, Role::customer, kSession, clock.now()));
  for (auto _ : state) benchmark::DoNotOptimize(authenticator.authenticate(request));
}
BENCHMARK(known_token);

void new_token(benchmark::State& state) {
  auto& clock = SystemClock::instance();
  const auto token = tokens().issue(kUser, Role::customer, kSession, clock.now());
  for (auto _ : state) benchmark::DoNotOptimize(tokens().verify(token, clock.now()));
}
BENCHMARK(new_token);

void issued_token(benchmark::State& state) {
  auto& clock = SystemClock::instance();
  for (auto _ : state) benchmark::DoNotOptimize(tokens().issue(kUser, Role::customer, kSession, clock.now()));
}
BENCHMARK(issued_token);

void password(benchmark::State& state) {
  const PasswordHasher hasher({});
  const auto hash = hasher.hash("correct horse");
  for (auto _ : state) benchmark::DoNotOptimize(hasher.verify(hash, "correct horse"));
}
BENCHMARK(password)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace jangteo
