// verify_segment_log: reads a whole log that no process has open (`jangteo check`) and names what is damaged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace jangteo {

// One line for each finding: file, byte, what. Empty: every frame of every partition up to the checkpoint is whole, no
// offset is missing, and the journal goes on from there. What a crash may leave behind the checkpoint, and a round torn
// at the journal's end, is no damage: the next start repairs it. Blocks; changes nothing.
std::vector<std::string> verify_segment_log(const std::string& directory);

// "topic/partition" → the offset after its last record, as the next start will have it. Errors as verify names them.
Result<std::map<std::string, std::int64_t>> segment_log_ends(const std::string& directory);

}  // namespace jangteo
