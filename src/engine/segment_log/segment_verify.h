// verify_segment_log: reads a whole log that no process has open (`jangteo check`) and names what is damaged.
#pragma once

#include <string>
#include <vector>

namespace jangteo {

// One line for each finding: file, byte, what. Empty: every frame of every partition is whole and no offset is missing.
// A torn tail, which the next start cuts off, and zeros written ahead are no damage. Blocks; changes nothing.
std::vector<std::string> verify_segment_log(const std::string& directory);

}  // namespace jangteo
