#include "engine/segment_log/segment_verify.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "engine/segment_log/segment_scan.h"

namespace jangteo {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> entries_of(const std::string& directory, bool directories,
                                    std::vector<std::string>& findings) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), none; !error && entry != none; entry.increment(error)) {
    if (entry->is_directory(error) == directories) names.push_back(entry->path().filename().string());
  }
  if (error) findings.push_back(directory + ": cannot be read: " + error.message());
  std::ranges::sort(names);
  return names;
}

// The offset after the segment's last record; empty when that is not known.
std::optional<std::int64_t> verify_segment(const std::string& path, std::int64_t first_offset, bool is_last,
                                           std::vector<std::string>& findings) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    findings.push_back(path + ": cannot be opened: " + std::strerror(errno));
    return {};
  }
  auto scan = scan_segment(file, path, first_offset);
  ::close(file);
  if (!scan) {
    findings.push_back(scan.error().detail);
    return {};
  }
  if (scan->fault && !(is_last && scan->fault->torn)) {
    findings.push_back(path + ": byte " + std::to_string(scan->fault->position) + ": " + scan->fault->what);
    return {};
  }
  return scan->next_offset;
}

void verify_partition(const std::string& directory, std::vector<std::string>& findings) {
  std::vector<std::int64_t> offsets;
  for (const std::string& name : entries_of(directory, false, findings)) {
    if (auto offset = segment_first_offset(name)) offsets.push_back(*offset);
  }
  std::optional<std::int64_t> expected;
  for (const std::int64_t offset : offsets) {
    const std::string path = directory + "/" + segment_name(offset);
    if (expected && *expected != offset) {
      findings.push_back(path + ": byte 0: the file begins with offset " + std::to_string(offset) +
                         ", the one before it ends at " + std::to_string(*expected));
    }
    expected = verify_segment(path, offset, offset == offsets.back(), findings);
  }
}

}  // namespace

std::vector<std::string> verify_segment_log(const std::string& directory) {
  std::vector<std::string> findings;
  for (const std::string& topic : entries_of(directory, true, findings)) {
    if (topic.ends_with('~')) continue;  // a topic that never came to be
    const std::string topic_directory = directory + "/" + topic;
    const auto partitions = entries_of(topic_directory, true, findings);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      const std::string expected = topic_directory + "/" + std::to_string(i);
      if (std::ranges::find(partitions, std::to_string(i)) == partitions.end())
        findings.push_back(expected + ": is missing");
    }
    for (const std::string& partition : partitions) verify_partition(topic_directory + "/" + partition, findings);
  }
  return findings;
}

}  // namespace jangteo
