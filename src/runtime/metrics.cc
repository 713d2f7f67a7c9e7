#include "runtime/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace jangteo {

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
  JT_ASSERT(std::is_sorted(bounds_.begin(), bounds_.end()), "bounds rise");
}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);  // `le`: an equal value is inside
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot out;
  out.counts.reserve(counts_.size());
  for (const auto& count : counts_) {
    out.counts.push_back(count.load(std::memory_order_relaxed));
    out.count += out.counts.back();
  }
  out.sum = sum_.load(std::memory_order_relaxed);
  return out;
}

const std::vector<double>& latency_bounds_s() {
  static const std::vector<double> bounds = {0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02,
                                             0.03,   0.05,  0.075, 0.1,   0.15,  0.175,  0.2,  0.225, 0.25,
                                             0.3,    0.4,   0.45,  0.5,   0.55,  0.75,   1,    2.5,   10};
  return bounds;
}

double quantile(const Histogram::Snapshot& snapshot, const std::vector<double>& bounds, double q) {
  if (snapshot.count == 0) return 0;
  const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(snapshot.count);
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto inside = static_cast<double>(snapshot.counts[i]);
    if (inside > 0 && below + inside >= rank) {
      const double low = i == 0 ? 0 : bounds[i - 1];
      return low + (bounds[i] - low) * (rank - below) / inside;
    }
    below += inside;
  }
  return bounds.empty() ? 0 : bounds.back();  // beyond the last bound: all that is known is "at least"
}

Histogram::Snapshot difference(const Histogram::Snapshot& later, const Histogram::Snapshot& earlier) {
  Histogram::Snapshot out = later;
  for (std::size_t i = 0; i < out.counts.size() && i < earlier.counts.size(); ++i) out.counts[i] -= earlier.counts[i];
  out.count -= earlier.count;
  out.sum -= earlier.sum;
  return out;
}

struct MetricsRegistry::Family {
  struct Series {
    std::string labels;  // rendered, without braces
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
  };
  std::string name;
  std::string help;
  std::string_view type;
  std::vector<std::unique_ptr<Series>> series;

  // The series with these labels, made when it is new.
  Series& at(const MetricLabels& labels);
};

namespace {

bool is_metric_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  });
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string render_labels(const MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    JT_ASSERT(is_metric_name(name), "labels have Prometheus names");
    if (!out.empty()) out += ',';
    out += name + "=\"";
    append_escaped(out, value, true);
    out += '"';
  }
  return out;
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value);
    out.append(text, static_cast<std::size_t>(end.ptr - text));
  }
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   std::string_view more_labels, const std::string& value) {
  out += name;
  out += suffix;
  if (!labels.empty() || !more_labels.empty()) {
    out += '{';
    out += labels;
    if (!labels.empty() && !more_labels.empty()) out += ',';
    out += more_labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

std::string number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

void append_histogram(std::string& out, std::string_view name, std::string_view labels, const Histogram& histogram) {
  const auto snapshot = histogram.snapshot();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    cumulative += snapshot.counts[i];
    const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    append_sample(out, name, "_bucket", labels, "le=\"" + bound + "\"", std::to_string(cumulative));
  }
  append_sample(out, name, "_sum", labels, "", number(snapshot.sum));
  append_sample(out, name, "_count", labels, "", std::to_string(snapshot.count));
}

}  // namespace

MetricsRegistry::Family::Series& MetricsRegistry::Family::at(const MetricLabels& labels) {
  std::string rendered = render_labels(labels);
  for (auto& one : series) {
    if (one->labels == rendered) return *one;
  }
  series.push_back(std::make_unique<Series>());
  series.back()->labels = std::move(rendered);
  return *series.back();
}

MetricsRegistry::MetricsRegistry() = default;
MetricsRegistry::~MetricsRegistry() = default;

MetricsRegistry::Family& MetricsRegistry::family(const std::string& name, const std::string& help,
                                                 std::string_view type) {
  JT_ASSERT(is_metric_name(name), "metrics have Prometheus names");
  const auto place =
      std::lower_bound(families_.begin(), families_.end(), name,
                       [](const auto& family, const std::string& wanted) { return family->name < wanted; });
  if (place != families_.end() && (*place)->name == name) {
    JT_ASSERT((*place)->type == type && (*place)->help == help, "a family has one type and one help");
    return **place;
  }
  auto family = std::make_unique<Family>();
  family->name = name;
  family->help = help;
  family->type = type;
  return **families_.insert(place, std::move(family));
}

Counter& MetricsRegistry::counter(const std::string& name, const std::string& help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "counter").at(labels);
  JT_ASSERT(!series.read, "a series is a counter or a function");
  if (!series.counter) series.counter = std::make_unique<Counter>();
  return *series.counter;
}

Gauge& MetricsRegistry::gauge(const std::string& name, const std::string& help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "gauge").at(labels);
  JT_ASSERT(!series.read, "a series is a gauge or a function");
  if (!series.gauge) series.gauge = std::make_unique<Gauge>();
  return *series.gauge;
}

Histogram& MetricsRegistry::histogram(const std::string& name, const std::string& help, MetricLabels labels,
                                      const std::vector<double>& bounds) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "histogram").at(labels);
  if (!series.histogram) series.histogram = std::make_unique<Histogram>(bounds);
  JT_ASSERT(series.histogram->bounds() == bounds, "a series has one set of bounds");
  return *series.histogram;
}

void MetricsRegistry::gauge_function(const std::string& name, const std::string& help, MetricLabels labels,
                                     std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "gauge").at(labels);
  JT_ASSERT(!series.gauge && !series.read, "a series is read by one function");
  series.read = std::move(read);
}

void MetricsRegistry::counter_function(const std::string& name, const std::string& help, MetricLabels labels,
                                       std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  auto& series = family(name, help, "counter").at(labels);
  JT_ASSERT(!series.counter && !series.read, "a series is read by one function");
  series.read = std::move(read);
}

std::string MetricsRegistry::render() const {
  std::string out;
  const std::lock_guard lock(mutex_);
  for (const auto& family : families_) {
    out += "# HELP " + family->name + " ";
    append_escaped(out, family->help, false);
    out += "\n# TYPE " + family->name + " ";
    out += family->type;
    out += '\n';
    for (const auto& series : family->series) {
      if (series->histogram) {
        append_histogram(out, family->name, series->labels, *series->histogram);
        continue;
      }
      std::string value;
      if (series->counter) {
        value = std::to_string(series->counter->value());
      } else {
        value = number(series->gauge ? series->gauge->value() : series->read());
      }
      append_sample(out, family->name, "", series->labels, "", value);
    }
  }
  return out;
}

}  // namespace jangteo
