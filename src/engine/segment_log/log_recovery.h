// recover_log: brings the segments of a log directory to what was acknowledged, from checkpoint and journals, before
// anything is appended. The caller holds the directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/log_journal_reader.h"

namespace jangteo {

struct RecoveredLog {
  LogCheckpoint checkpoint;  // its partitions are true now; its journal is still the old one
  std::uint64_t last_sequence = 0;
  std::uint64_t last_end = 0;
  std::vector<std::string> old_journals;  // not needed any more once a newer checkpoint is stored
  std::uint64_t frames = 0;               // written to segments again
};

// `internal`, naming file and byte, when something that was acknowledged is damaged; then nothing is changed.
// `segment_bytes`: where a new segment begins. Blocks.
Result<RecoveredLog> recover_log(const std::string& directory, std::int64_t segment_bytes);

// What recovery would start from: the checkpoint, and the journal's frames that it lacks, by partition. Changes
// nothing.
struct LogState {
  LogCheckpoint checkpoint;
  LogJournalContents journal;
  std::map<std::string, std::vector<SegmentFrame>, std::less<>> missing;
};
Result<LogState> read_log_state(const std::string& directory);

}  // namespace jangteo
