// Answers tell browsers to keep to their declared type, not to be framed and, for pages, to load from this origin only.
#pragma once

#include "net/filter.h"

namespace jangteo {

struct SecurityHeaderSettings {
  std::string content_security_policy =
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
      "form-action 'self'; frame-ancestors 'none'";
  bool https_only = false;  // Strict-Transport-Security: for a server that is reached over TLS alone
};

class SecurityHeaders final : public Filter {
 public:
  explicit SecurityHeaders(const SecurityHeaderSettings& settings = {});
  std::string_view name() const override { return "security headers"; }
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;
  bool sees_refusals() const override { return true; }

 private:
  std::string lines_;
  std::string page_lines_;
};

}  // namespace jangteo
