#include "services/@name@/domain/@name@_rules.h"

#include <string>

namespace jangteo {

Status check_@name@_title(std::string_view title) {
  if (title.empty()) return fail_field("title", "is empty");
  if (title.size() > k@Name@TitleBytesMax) {
    return fail_field("title", "is longer than " + std::to_string(k@Name@TitleBytesMax) + " bytes");
  }
  return {};
}

}  // namespace jangteo
