// LinkSigner: short tokens that prove "this server let the bearer of this link do `purpose` with `subject`", so that a
// guest reads an order without an account. Nothing is stored; a token is as good as its key.
//
//   token = base64url(expiry[4] tag[24]), 38 characters
//   expiry: seconds since 1970, big-endian, 0 = never
//   tag:    first 24 bytes of HMAC-SHA-256 (RFC 2104) over  length(purpose)[1] purpose expiry[4] subject
//
// Immutable once made: every thread may use one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace jangteo {

class LinkSigner {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kTokenCharacters = 38;
  static constexpr Timestamp kNever{0};

  explicit LinkSigner(std::string_view key);  // kKeyBytes secret bytes
  ~LinkSigner();
  LinkSigner(LinkSigner&&) noexcept;
  LinkSigner& operator=(LinkSigner&&) noexcept;

  // With the key of the file DATA/keys/link.key, made at first start. Blocking.
  static Result<LinkSigner> open(const std::string& data_directory);

  // `purpose`: a short literal ("order"), at most 255 bytes. `expires_at` is cut to seconds.
  std::string sign(std::string_view purpose, std::string_view subject, Timestamp expires_at = kNever) const;

  // True for a token that sign() gave for the same purpose and subject. A token with an expiry is good only when a
  // `now` before it is given. Any bytes may be passed as `token`.
  bool verify(std::string_view purpose, std::string_view subject, std::string_view token,
              Timestamp now = Timestamp{INT64_MAX}) const;

 private:
  struct Mac;
  std::string tag(std::string_view purpose, std::string_view subject, std::string_view expiry) const;
  std::unique_ptr<const Mac> mac_;
};

}  // namespace jangteo
