// One kind of request of a load: "GET /path" or "POST /path BODY", with
// placeholders in path, headers and body that are filled anew for each request.
// A kind without placeholders is rendered once and sent from there.
//
//   {id}     a product id, chosen as IdChoice says          {key}   unique in
//   the run and among runs: an Idempotency-Key {token}  the connection's own
//   token (one connection is one user)          {n}     number of the request,
//   from 0
//
// Thread: RequestTemplate is immutable and shared; RequestFiller belongs to one
// worker. Failure: parse() says what is wrong in words.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace jangteo::bench {

enum class IdChoice { RoundRobin, Random, Hot };

struct RequestValues {
  std::vector<std::string> ids;
  std::vector<std::string> tokens;
  IdChoice id_choice = IdChoice::RoundRobin;
  uint64_t run_seed = 0;
};

class RequestTemplate {
 public:
  // `headers` are lines "Name: value" without line end. Host, Content-Type
  // (POST only, unless given) and Content-Length are added.
  static std::expected<RequestTemplate, std::string> parse(std::string_view text, std::string_view host,
                                                           const std::vector<std::string>& headers);

  const std::string& name() const { return name_; }  // "GET /path" as given, for reports
  bool uses(std::string_view placeholder) const;

 private:
  friend class RequestFiller;
  enum class Slot { None, Id, Key, Token, Number };
  struct Piece {  // a literal followed by a value
    std::string literal;
    Slot slot = Slot::None;
  };

  static std::vector<Piece> cut(std::string_view text);

  std::string name_;
  std::vector<Piece> head_;  // up to and without Content-Length and the empty line
  std::vector<Piece> body_;
  bool has_body_ = false;
  std::string fixed_;  // the whole request when is_fixed()
};

class RequestFiller {
 public:
  // Numbers start at worker_index and go in steps of worker_count, so that they
  // are unique over all workers.
  RequestFiller(const RequestValues& values, uint64_t worker_index, uint64_t worker_count);

  // The bytes of the next request; valid until the next call.
  std::string_view fill(const RequestTemplate& request, uint64_t connection_index);

 private:
  void append(std::string& out, const std::vector<RequestTemplate::Piece>& pieces, uint64_t connection_index);
  const std::string& next_id();

  const RequestValues& values_;
  uint64_t number_;
  uint64_t step_;
  uint64_t id_index_;
  uint64_t random_state_;
  std::string key_prefix_;
  std::string request_;
  std::string body_;
};

}  // namespace jangteo::bench
