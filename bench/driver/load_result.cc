#include "bench/driver/load_result.h"

#include <cmath>
#include <cstdio>

namespace jangteo::bench {
namespace {

// Bytes of a well-formed UTF-8 character at the front (RFC 3629), 0 when there
// is none.
size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80                   ? 1
                        : lead >= 0xc2 && lead < 0xe0 ? 2
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xf0 && lead < 0xf5 ? 4
                                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += '?';
    } else if (first == '"' || first == '\\') {
      out += '\\';
      out += text[0];
    } else if (first < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", first);
      out += escape;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + "\"";
}

std::string number(double value) {
  if (!std::isfinite(value)) return "0";
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string fixed(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", value);
  return text;
}

std::string milliseconds(int64_t value_ns) { return number(static_cast<double>(value_ns) / 1e6); }

std::string latency_json(const LatencyHistogram& histogram, bool with_buckets) {
  std::string out =
      "{\"count\":" + std::to_string(histogram.count()) + ",\"mean\":" + number(histogram.mean_ns() / 1e6);
  for (const auto& [name, percent] :
       {std::pair{"p50", 50.0}, {"p90", 90.0}, {"p95", 95.0}, {"p99", 99.0}, {"p99.9", 99.9}}) {
    out += ",\"" + std::string(name) + "\":" + milliseconds(histogram.percentile_ns(percent));
  }
  out += ",\"max\":" + milliseconds(histogram.max_ns());
  if (with_buckets) {
    out += ",\"buckets\":[";
    const char* separator = "";
    for (const auto& [bound_ns, count] : histogram.coarse_buckets()) {
      out += separator;
      out += "[" + milliseconds(bound_ns) + "," + std::to_string(count) + "]";
      separator = ",";
    }
    out += "]";
  }
  return out + "}";
}

std::string statuses_json(const std::map<int, uint64_t>& statuses) {
  std::string out = "{";
  for (const auto& [status, count] : statuses) {
    if (out.size() > 1) out += ",";
    out += "\"" + std::to_string(status) + "\":" + std::to_string(count);
  }
  return out + "}";
}

std::string cpu_json(double cpu_s, const LoadMeasurement& measurement) {
  const auto answers = static_cast<double>(measurement.answers_while_measuring);
  return "\"cpuS\":" + number(cpu_s) + ",\"cpuUsPerRequest\":" + number(answers > 0 ? cpu_s * 1e6 / answers : 0) +
         ",\"cpuShare\":" + number(measurement.window_s > 0 ? cpu_s / measurement.window_s : 0);
}

std::string field(const char* name, uint64_t value) { return "\"" + std::string(name) + "\":" + std::to_string(value); }

}  // namespace

std::string load_result_json(const LoadOptions& options, const LoadTally& tally, const LoadMeasurement& measurement) {
  LatencyHistogram all;
  uint64_t sent = 0;
  std::string kinds;
  for (size_t i = 0; i < tally.kinds.size(); ++i) {
    const auto& kind = tally.kinds[i];
    const bool idle = i >= options.requests.size();
    if (!idle) {
      all.merge(kind.latency);
      sent += kind.sent;
    }
    const std::string& name = idle ? options.idle_request[0].name() : options.requests[i].name();
    if (i > 0) kinds += ",";
    kinds += "{\"name\":" + quoted(name) + ",\"idle\":" + (idle ? "true" : "false") + "," + field("sent", kind.sent) +
             ",\"statuses\":" + statuses_json(kind.statuses) +
             ",\"statusesWholeRun\":" + statuses_json(kind.statuses_whole_run) + "," + field("failed", kind.failed) +
             ",\"latencyMs\":" + latency_json(kind.latency, false) + "}";
  }
  std::string seconds;
  for (const uint64_t count : tally.answers_per_second) {
    if (!seconds.empty()) seconds += ",";
    seconds += std::to_string(count);
  }
  std::string samples;
  for (const auto& sample : tally.samples) {
    if (!samples.empty()) samples += ",";
    samples += "{\"request\":" + quoted(sample.request) + ",\"status\":" + std::to_string(sample.status) +
               ",\"body\":" + quoted(sample.body) + "}";
  }
  const double rate_per_s = measurement.window_s > 0 ? static_cast<double>(tally.expected) / measurement.window_s : 0;

  std::string out = "{\"loop\":\"" + std::string(options.rate_per_s > 0 ? "open" : "closed") + "\",";
  out += field("connections", static_cast<uint64_t>(options.connection_count)) +
         ",\"wantedRatePerS\":" + number(options.rate_per_s) + ",\"startedAtS\":" + fixed(measurement.started_at_s) +
         ",\"windowS\":" + number(measurement.window_s) + ",\n";
  out += "\"counted\":{" + field("expected", tally.expected) + "," + field("good", tally.good) + "," +
         field("unexpected", tally.unexpected) + "," + field("failed", tally.failed) +
         ",\"ratePerS\":" + number(rate_per_s) + "},\n";
  out += "\"latencyMs\":" + latency_json(all, true) + ",\n\"requests\":[" + kinds + "],\n";
  out += "\"wholeRun\":{" + field("sent", sent) + "," + field("timeouts", tally.timeouts) + "," +
         field("brokenAnswers", tally.broken_answers) + "," + field("connectFailures", tally.connect_failures) + "," +
         field("connectionsLost", tally.connections_lost) + "," + field("reconnects", tally.reconnects) + "," +
         field("neverSent", tally.never_sent) + "," + field("openAtEnd", tally.busy_open_at_end) + "," +
         field("bytesReceived", tally.bytes_received) + ",\"answersPerSecond\":[" + seconds + "]},\n";
  out += "\"idle\":{" + field("asked", static_cast<uint64_t>(options.idle_count)) + "," +
         field("openAtEnd", tally.idle_open_at_end) + "," + field("lost", tally.idle_lost) + "},\n";
  out += "\"driver\":{" + cpu_json(measurement.driver_cpu_s, measurement) + "},\n";
  if (!options.server_pids.empty()) {
    out += "\"server\":{" + cpu_json(measurement.server_cpu_s, measurement) + "," +
           field("rssBytes", static_cast<uint64_t>(measurement.server_at_end.rss_bytes)) + "," +
           field("rssPeakBytes", static_cast<uint64_t>(measurement.server_at_end.rss_peak_bytes)) + "},\n";
  }
  return out + "\"errorSamples\":[" + samples + "]}\n";
}

}  // namespace jangteo::bench
