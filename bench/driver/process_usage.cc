#include "bench/driver/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace jangteo::bench {
namespace {

double cpu_s_of_tasks(const std::string& folder) {
  double cpu_s = 0;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator(folder + "/task", error)) {
    std::ifstream file(task.path() / "schedstat");
    double run_ns = 0;
    if (file >> run_ns) cpu_s += run_ns / 1e9;
  }
  return cpu_s;
}

double cpu_s_of_process(const std::string& folder) {
  std::ifstream file(folder + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(line.substr(after_name + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // state is field 3, utime field 14
  double user_ticks = 0, system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  return (user_ticks + system_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t status_kilobytes(const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1));
  }
  return 0;
}

}  // namespace

ProcessUsage read_process_usage(std::span<const int> pids) {
  ProcessUsage sum;
  for (const int pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const double tasks_cpu_s = cpu_s_of_tasks(folder);
    sum.cpu_s += tasks_cpu_s > 0 ? tasks_cpu_s : cpu_s_of_process(folder);
    sum.rss_bytes += status_kilobytes(folder, "VmRSS") * 1024;
    sum.rss_peak_bytes += status_kilobytes(folder, "VmHWM") * 1024;
  }
  return sum;
}

double own_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace jangteo::bench
