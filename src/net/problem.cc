#include "net/problem.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

namespace {

struct ProblemKind {
  int status;
  std::string_view title;
};

ProblemKind kind(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
      return {400, "The request cannot be read"};
    case ErrorCode::invalid:
      return {422, "A value is not allowed"};
    case ErrorCode::unauthorized:
      return {401, "Valid credentials are needed"};
    case ErrorCode::forbidden:
      return {403, "Not allowed with these credentials"};
    case ErrorCode::not_found:
      return {404, "Not found"};
    case ErrorCode::method_not_allowed:
      return {405, "This path does not know the method"};
    case ErrorCode::email_taken:
      return {409, "The e-mail address is taken"};
    case ErrorCode::sku_taken:
      return {409, "The SKU is taken"};
    case ErrorCode::out_of_stock:
      return {409, "Out of stock"};
    case ErrorCode::conflict:
      return {409, "The state is another one"};
    case ErrorCode::invalid_transition:
      return {409, "Not possible in this state"};
    case ErrorCode::idempotency_in_progress:
      return {409, "The first request with this key is not answered yet"};
    case ErrorCode::idempotency_key_reused:
      return {422, "The key was used with another request"};
    case ErrorCode::payment_declined:
      return {402, "The payment was declined"};
    case ErrorCode::payment_required:
      return {422, "A payment is needed"};
    case ErrorCode::version_mismatch:
      return {412, "The resource has another version"};
    case ErrorCode::too_large:
      return {413, "Too large"};
    case ErrorCode::unsupported_media_type:
      return {415, "Unsupported media type"};
    case ErrorCode::rate_limited:
      return {429, "Too many requests"};
    case ErrorCode::unavailable:
      return {503, "Not available at the moment"};
    case ErrorCode::timeout:
      return {504, "Not done in time"};
    case ErrorCode::internal:
      return {500, "Internal error"};
  }
  return {500, "Internal error"};
}

// Details may quote what a client sent; the answer stays UTF-8 whatever that was.
std::string printable(std::string_view text) {
  std::string out(text);
  if (!is_utf8(out)) std::replace_if(out.begin(), out.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return out;
}

}  // namespace

int http_status(ErrorCode code) { return kind(code).status; }

HttpResponse problem(const Error& error, const HttpRequest& request) {
  return problem_with_status(http_status(error.code), error, request);
}

HttpResponse problem_with_status(int status, const Error& error, const HttpRequest& request) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  JsonWriter json(response.body);
  json.begin_object()
      .field("type", "urn:jangteo:problem:" + std::string(slug(error.code)))
      .field("title", kind(error.code).title)
      .field("status", status)
      .field("code", slug(error.code));
  if (!error.detail.empty()) json.field("detail", printable(error.detail));
  if (!error.fields.empty()) {
    json.key("errors").begin_array();
    for (const auto& field : error.fields) {
      json.begin_object()
          .field("param", printable(field.param))
          .field("code", printable(field.code))
          .field("detail", printable(field.detail))
          .end_object();
    }
    json.end_array();
  }
  if (!request.request_id.empty()) json.field("requestId", printable(request.request_id));
  json.field("retryable", is_retryable(error.code));
  if (!error.link.empty()) json.field("link", printable(error.link));
  json.end_object();
  if (error.code == ErrorCode::rate_limited || error.code == ErrorCode::unavailable) {
    response.with("Retry-After", std::to_string(std::max(error.retry_after_s, 1)));
  }
  if (status == 401) response.with("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace jangteo
