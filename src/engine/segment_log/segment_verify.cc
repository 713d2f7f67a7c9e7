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

#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/log_recovery.h"
#include "engine/segment_log/segment_frame.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kWholeFile = UINT64_MAX;

std::vector<std::string> directories_in(const std::string& directory, std::vector<std::string>& findings) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), none; !error && entry != none; entry.increment(error)) {
    if (entry->is_directory(error)) names.push_back(entry->path().filename().string());
  }
  if (error) findings.push_back(directory + ": cannot be read: " + error.message());
  std::ranges::sort(names);
  return names;
}

// Checks `bytes` of a segment, which must be whole frames to the end. The offset after its last record; empty when that
// is not known.
std::optional<std::int64_t> verify_segment(const std::string& path, std::int64_t first_offset, std::uint64_t bytes,
                                           std::vector<std::string>& findings) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    findings.push_back(path + ": byte 0: cannot be opened: " + std::strerror(errno));
    return {};
  }
  auto scan = scan_segment(file, path, first_offset, bytes);
  ::close(file);
  if (!scan) {
    findings.push_back(scan.error().detail);
    return {};
  }
  if (scan->fault) {
    findings.push_back(path + ": byte " + std::to_string(scan->fault->position) + ": " + scan->fault->what);
    return {};
  }
  if (bytes != kWholeFile && scan->end_position != bytes) {
    findings.push_back(path + ": byte " + std::to_string(scan->end_position) + ": the file is cut short");
    return {};
  }
  return scan->next_offset;
}

void verify_partition(const std::string& directory, const PartitionPosition* position,
                      std::vector<std::string>& findings) {
  auto offsets = segment_offsets(directory);
  if (!offsets) {
    findings.push_back(offsets.error().detail);
    return;
  }
  // What begins after the checkpoint is made again from the journal.
  if (position != nullptr)
    std::erase_if(*offsets, [&](std::int64_t offset) { return offset > position->first_offset; });
  if (position != nullptr && position->bytes > kSegmentHeaderBytes &&
      (offsets->empty() || offsets->back() != position->first_offset)) {
    findings.push_back(directory + "/" + segment_name(position->first_offset) + ": byte 0: the file is missing");
  }
  // A topic that was being made; or a segment begun when the power went.
  if (position == nullptr && !offsets->empty() && is_empty_segment(directory + "/" + segment_name(offsets->back()))) {
    offsets->pop_back();
  }
  std::optional<std::int64_t> expected;
  for (const std::int64_t offset : *offsets) {
    const std::string path = directory + "/" + segment_name(offset);
    if (expected && *expected != offset) {
      findings.push_back(path + ": byte 0: the file begins with offset " + std::to_string(offset) +
                         ", the one before it ends at " + std::to_string(*expected));
    }
    const bool is_last = position != nullptr && offset == position->first_offset;
    if (is_last && position->bytes == kSegmentHeaderBytes) continue;
    expected = verify_segment(path, offset, is_last ? position->bytes : kWholeFile, findings);
    if (is_last && expected && *expected != position->next_offset) {
      findings.push_back(path + ": byte " + std::to_string(position->bytes) + ": the file ends with offset " +
                         std::to_string(*expected) + " instead of " + std::to_string(position->next_offset));
    }
  }
}

}  // namespace

std::vector<std::string> verify_segment_log(const std::string& directory) {
  std::vector<std::string> findings;
  if (auto state = read_log_state(directory); !state) findings.push_back(state.error().detail);
  const auto checkpoint = load_checkpoint(directory);
  for (const std::string& topic : directories_in(directory, findings)) {
    if (topic.ends_with('~')) continue;  // a topic that never came to be
    const std::string topic_directory = directory + "/" + topic;
    const auto partitions = directories_in(topic_directory, findings);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      if (std::ranges::find(partitions, std::to_string(i)) == partitions.end()) {
        findings.push_back(topic_directory + "/" + std::to_string(i) + ": is missing");
      }
    }
    for (const std::string& partition : partitions) {
      const PartitionPosition* position = nullptr;
      if (checkpoint) {
        const auto known = checkpoint->partitions.find(topic + "/" + partition);
        if (known != checkpoint->partitions.end()) position = &known->second;
      }
      verify_partition(topic_directory + "/" + partition, position, findings);
    }
  }
  if (checkpoint) {
    for (const auto& [name, position] : checkpoint->partitions) {
      if (!fs::is_directory(directory + "/" + name)) findings.push_back(directory + "/" + name + ": is missing");
    }
  }
  std::ranges::sort(findings);
  findings.erase(std::ranges::unique(findings).begin(), findings.end());
  return findings;
}

Result<std::map<std::string, std::int64_t>> segment_log_ends(const std::string& directory) {
  const auto state = read_log_state(directory);
  if (!state) return fail(state.error());
  std::map<std::string, std::int64_t> ends;
  for (const auto& [name, position] : state->checkpoint.partitions) ends[name] = position.next_offset;
  for (const auto& [name, frames] : state->missing) {
    if (!frames.empty()) ends[name] = frames.back().header.next_offset();
  }
  return ends;
}

}  // namespace jangteo
