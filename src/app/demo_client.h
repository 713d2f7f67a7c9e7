// How the demo's shoppers and buyers speak with a shop: a seam over the HTTP client, so that tests stand in for a
// server.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http_message.h"
#include "runtime/task.h"

namespace jangteo {

struct DemoRequest {
  HttpMethod method = HttpMethod::get;
  std::string path;  // with query
  std::string body;  // JSON, or empty
  std::vector<HttpHeader> headers;
  Millis timeout{20'000};
};

struct DemoAnswer {
  int status = 0;
  std::string body;
  int retry_after_s = 0;  // 0: not said
};

class DemoClient {
 public:
  virtual ~DemoClient() = default;
  // An error: no answer came (refused, broken, too late). Belongs to one loop.
  virtual Task<Result<DemoAnswer>> ask(DemoRequest request) = 0;
};

}  // namespace jangteo
