#include "engine/segment_log/log_recovery.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/segment_log/log_partition.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> damaged(const std::string& path, const std::string& what) {
  return fail(ErrorCode::internal, path + ": byte 0: " + what);
}

// No checkpoint: a directory where nothing was ever appended, or segments copied here without one.
Result<LogState> read_without_checkpoint(const std::string& directory) {
  LogState state;
  bool has_topics = false;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), none; !error && entry != none; entry.increment(error)) {
    if (entry->is_directory(error)) has_topics = true;
    if (entry->path().filename().string().starts_with("journal-"))
      state.journal.paths.push_back(entry->path().string());
  }
  if (error) return fail(ErrorCode::unavailable, directory + ": cannot be read: " + error.message());
  if (has_topics && !state.journal.paths.empty()) return damaged(directory + "/checkpoint", "the file is missing");
  return state;
}

// The journal's frames continue where the checkpoint ends, up to the newest segment at least.
Status check_coverage(const std::string& directory, const std::string& name, const PartitionPosition& position,
                      std::vector<SegmentFrame>& frames) {
  std::erase_if(frames, [&](const SegmentFrame& f) { return f.header.next_offset() <= position.next_offset; });
  std::int64_t next_offset = position.next_offset;
  for (const SegmentFrame& frame : frames) {
    if (frame.header.base_offset != next_offset) {
      return damaged(directory, "the journal leads to offset " + std::to_string(frame.header.base_offset) + " of " +
                                    name + " where " + std::to_string(next_offset) + " is expected");
    }
    next_offset = frame.header.next_offset();
  }
  auto offsets = segment_offsets(directory + "/" + name);
  if (!offsets) return fail(offsets.error());
  if (!offsets->empty() && offsets->back() > next_offset) {
    return damaged(directory + "/" + name + "/" + segment_name(offsets->back()),
                   "checkpoint and journal end before this file, at offset " + std::to_string(next_offset));
  }
  return {};
}

}  // namespace

Result<LogState> read_log_state(const std::string& directory) {
  auto checkpoint = load_checkpoint(directory);
  if (!checkpoint && checkpoint.error().code == ErrorCode::not_found) return read_without_checkpoint(directory);
  if (!checkpoint) return fail(checkpoint.error());
  LogState state;
  state.checkpoint = std::move(*checkpoint);
  auto journal = read_log_journals(directory, state.checkpoint.journal_sequence, state.checkpoint.journal_position);
  if (!journal) return fail(journal.error());
  state.journal = std::move(*journal);
  for (LogJournalFrame& entry : state.journal.frames) state.missing[entry.name].push_back(std::move(entry.frame));
  state.journal.frames.clear();
  for (auto& [name, frames] : state.missing) {
    const auto position = state.checkpoint.partitions.find(name);
    if (position == state.checkpoint.partitions.end()) {
      return damaged(directory + "/checkpoint", "partition " + name + " is missing");
    }
    JT_TRY(check_coverage(directory, name, position->second, frames));
  }
  return state;
}

Result<RecoveredLog> recover_log(const std::string& directory, std::int64_t segment_bytes) {
  auto state = read_log_state(directory);
  if (!state) return fail(state.error());
  RecoveredLog recovered;
  recovered.checkpoint = std::move(state->checkpoint);
  recovered.last_sequence = std::max(state->journal.last_sequence, recovered.checkpoint.journal_sequence);
  recovered.last_end = state->journal.last_end;
  recovered.old_journals = std::move(state->journal.paths);
  LogPartitionSettings settings;
  settings.segment_bytes = segment_bytes;
  for (auto& [name, frames] : state->missing) {
    if (frames.empty()) continue;
    PartitionPosition& position = recovered.checkpoint.partitions.find(name)->second;
    auto partition = LogPartition::open(name, directory + "/" + name, settings, position);
    if (!partition) return fail(partition.error());
    recovered.frames += frames.size();
    (*partition)->seal_again(std::move(frames));
    Wakeups nobody;
    (*partition)->publish(nobody);
    JT_TRY((*partition)->write_segments());
    JT_TRY((*partition)->take_unsynced().sync());
    position = (*partition)->position();
  }
  return recovered;
}

}  // namespace jangteo
