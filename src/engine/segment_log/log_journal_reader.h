// read_log_journals: what the journals of a directory hold beyond its checkpoint, in the order in which it became
// durable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/segment_frame.h"

namespace jangteo {

struct LogJournalFrame {
  std::string name;  // "<topic>/<partition>"
  SegmentFrame frame;
};

struct LogJournalContents {
  std::vector<LogJournalFrame> frames;
  std::uint64_t last_sequence = 0;  // 0: no journal
  std::uint64_t last_end = 0;       // behind the last whole entry of the last journal
  std::vector<std::string> paths;   // every journal file, also those that are not needed any more
};

// From byte `position` of journal `sequence` on. A torn round at the very end is left out. `internal`, naming file and
// byte, when something is missing that was durable. Blocks; changes nothing.
Result<LogJournalContents> read_log_journals(const std::string& directory, std::uint64_t sequence,
                                             std::uint64_t position);

}  // namespace jangteo
