#include "engine/segment_log/log_checkpoint.h"

#include <charconv>
#include <system_error>

#include "base/hash.h"
#include "runtime/file.h"

namespace jangteo {

namespace {

constexpr std::string_view kFirstLine = "jangteo event log checkpoint 1\n";
constexpr std::string_view kFileName = "/checkpoint";

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

template <class Integer>
bool take_number(std::string_view& text, Integer& number) {
  const std::string_view digits = take_until(text, ' ');
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
}

std::string checksum_line(std::string_view text) {
  const std::uint32_t crc = crc32c(text);
  std::string line = "crc32c ";
  for (int shift = 28; shift >= 0; shift -= 4) line += "0123456789abcdef"[crc >> shift & 15];
  return line + "\n";
}

}  // namespace

std::string to_text(const LogCheckpoint& checkpoint) {
  std::string text(kFirstLine);
  text += "journal " + std::to_string(checkpoint.journal_sequence) + " " + std::to_string(checkpoint.journal_position) +
          "\n";
  for (const auto& [name, position] : checkpoint.partitions) {
    text += name + " " + std::to_string(position.first_offset) + " " + std::to_string(position.bytes) + " " +
            std::to_string(position.next_offset) + " " + std::to_string(position.last_at.ms) + "\n";
  }
  return text + checksum_line(text);
}

Result<LogCheckpoint> parse_checkpoint(std::string_view text) {
  const std::size_t last_line = text.rfind("crc32c ");
  if (!text.starts_with(kFirstLine) || last_line == std::string_view::npos || last_line < kFirstLine.size() ||
      text.substr(last_line) != checksum_line(text.substr(0, last_line))) {
    return fail(ErrorCode::malformed, "the first line or the checksum is wrong");
  }
  text = text.substr(kFirstLine.size(), last_line - kFirstLine.size());
  LogCheckpoint checkpoint;
  std::string_view line = take_until(text, '\n');
  if (take_until(line, ' ') != "journal" || !take_number(line, checkpoint.journal_sequence) ||
      !take_number(line, checkpoint.journal_position) || !line.empty()) {
    return fail(ErrorCode::malformed, "the line of the journal is wrong");
  }
  while (!text.empty()) {
    line = take_until(text, '\n');
    std::string name(take_until(line, ' '));
    PartitionPosition position;
    if (name.empty() || !take_number(line, position.first_offset) || !take_number(line, position.bytes) ||
        !take_number(line, position.next_offset) || !take_number(line, position.last_at.ms) || !line.empty()) {
      return fail(ErrorCode::malformed, "the line of partition \"" + name + "\" is wrong");
    }
    checkpoint.partitions.emplace(std::move(name), position);
  }
  return checkpoint;
}

Result<LogCheckpoint> load_checkpoint(const std::string& directory) {
  const std::string path = directory + std::string(kFileName);
  auto text = read_file(path);
  if (!text) return fail(text.error());
  auto checkpoint = parse_checkpoint(*text);
  if (!checkpoint) return fail(ErrorCode::internal, path + ": byte 0: " + checkpoint.error().detail);
  return checkpoint;
}

Status store_checkpoint(const std::string& directory, const LogCheckpoint& checkpoint) {
  return write_file_atomically(directory + std::string(kFileName), to_text(checkpoint));
}

}  // namespace jangteo
