#include "base/time.h"

#include <cstdio>

namespace jangteo {

namespace {

void put2(char* out, unsigned value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

// Reads exactly `count` digits at `position`; -1 when one is missing.
int digits(std::string_view text, std::size_t position, std::size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[position + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

void append_rfc3339(std::string& out, Timestamp at) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds{at.ms}};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const auto in_day = static_cast<unsigned>((point - day).count());
  char text[25];
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  put2(text, year / 100 % 100);
  put2(text + 2, year % 100);
  text[4] = '-';
  put2(text + 5, static_cast<unsigned>(date.month()));
  text[7] = '-';
  put2(text + 8, static_cast<unsigned>(date.day()));
  text[10] = 'T';
  put2(text + 11, in_day / 3'600'000);
  text[13] = ':';
  put2(text + 14, in_day / 60'000 % 60);
  text[16] = ':';
  put2(text + 17, in_day / 1000 % 60);
  text[19] = '.';
  text[20] = static_cast<char>('0' + in_day % 1000 / 100);
  put2(text + 21, in_day % 100);
  text[23] = 'Z';
  out.append(text, 24);
}

std::string to_rfc3339(Timestamp at) {
  std::string out;
  append_rfc3339(out, at);
  return out;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const int year_value = digits(text, 0, 4), month_value = digits(text, 5, 2), day_value = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year_value < 0 || month_value < 0 || day_value < 0 || hour < 0 || minute < 0 || second < 0) return {};
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return {};
  if (text[13] != ':' || text[16] != ':' || hour > 23 || minute > 59 || second > 60) return {};
  const year_month_day date{year{year_value}, month{static_cast<unsigned>(month_value)},
                            day{static_cast<unsigned>(day_value)}};
  if (!date.ok()) return {};
  std::size_t position = 19;
  std::int64_t milliseconds_part = 0;
  if (position < text.size() && text[position] == '.') {
    int scale = 100;
    const std::size_t first = ++position;
    for (; position < text.size() && text[position] >= '0' && text[position] <= '9'; ++position) {
      milliseconds_part += (text[position] - '0') * scale;
      scale /= 10;
    }
    if (position == first || position - first > 9) return {};
  }
  if (position >= text.size()) return {};
  std::int64_t offset_minutes = 0;
  const char zone = text[position];
  if (zone == 'Z' || zone == 'z') {
    if (position + 1 != text.size()) return {};
  } else if (zone == '+' || zone == '-') {
    const int zone_hour = digits(text, position + 1, 2), zone_minute = digits(text, position + 4, 2);
    if (zone_hour < 0 || zone_hour > 23 || zone_minute < 0 || zone_minute > 59) return {};
    if (text[position + 3] != ':' || position + 6 != text.size()) return {};
    offset_minutes = (zone == '-' ? -1 : 1) * (zone_hour * 60 + zone_minute);
  } else {
    return {};
  }
  const std::int64_t day_count = sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = day_count * 86'400 + hour * 3'600 + minute * 60 + second - offset_minutes * 60;
  return Timestamp{seconds * 1000 + milliseconds_part};
}

}  // namespace jangteo
