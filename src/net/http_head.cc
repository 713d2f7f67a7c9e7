#include "net/http_head.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/json.h"

namespace jangteo {

namespace {

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  append_decimal(out, status);
  out += ' ';
  out += status_text(status);
  out += "\r\n";
}

void append_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  out += value;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& out, const HttpResponse& response, const HeadContext& context) {
  append_status_line(out, response.status);
  out += "Date: ";
  out += context.date;
  if (has_body(response.status)) {
    if (!response.content_type.empty()) {
      out += "\r\nContent-Type: ";
      out += response.content_type;
    }
    if (context.framing == BodyFraming::length) {
      out += "\r\nContent-Length: ";
      append_decimal(out, static_cast<std::int64_t>(context.content_length));
    } else if (context.framing == BodyFraming::chunked) {
      out += "\r\nTransfer-Encoding: chunked";
    }
  }
  if (!context.keep_alive) {
    out += "\r\nConnection: close";
  } else if (context.http_1_0) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    append_value(out, value);
    out += "\r\n";
  }
  out += response.head_lines;
  out += "\r\n";
}

std::string http_date(std::int64_t seconds_since_1970) {
  using namespace std::chrono;
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds at{seconds{seconds_since_1970}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const auto in_day = (at - day).count();
  char text[40];
  const int size =
      std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday{day}.c_encoding()],
                    static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                    static_cast<int>(date.year()), static_cast<int>(in_day / 3600), static_cast<int>(in_day / 60 % 60),
                    static_cast<int>(in_day % 60));
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace jangteo
