// A file that the build placed inside the binary (cmake/embed.cmake): SQL migrations, the web page, the API
// description.
#pragma once
#include <string_view>

namespace jangteo {

struct EmbeddedFile {
  std::string_view path;   // relative to the folder that was embedded, with '/' separators
  std::string_view bytes;  // lives as long as the program; a zero byte follows the last
};

}  // namespace jangteo
