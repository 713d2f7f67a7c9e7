#include "engine/segment_log/segment_scan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

#include "engine/segment_log/segment_frame.h"

namespace jangteo {

namespace {

constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::size_t kNameDigits = 20;
constexpr std::string_view kNameEnd = ".log";

bool all_zero(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// Whether `tail` (the file from `position` on) holds a whole frame whose round began after `position`: then `position`
// was durable before that frame was written, and what is wrong with it is damage.
bool written_after(std::string_view tail, std::uint64_t position, std::int64_t next_offset) {
  for (std::size_t i = 1; i + kFrameHeaderBytes <= tail.size(); ++i) {
    const FrameHeader header = load_frame_header(tail.data() + i);
    if (header.size_bytes < kFrameHeaderBytes || header.size_bytes > tail.size() - i) continue;
    if (header.base_offset < next_offset || header.round_position <= position) continue;
    if (header.round_position > position + i) continue;
    if (decode_frame(tail.substr(i)).state == FrameState::whole) return true;
  }
  return false;
}

class Scanner {
 public:
  Scanner(int file, const std::string& path, std::uint64_t file_bytes) : file_(file), path_(path), bytes_(file_bytes) {}

  // At least `size` bytes from `position` on, or all that there are.
  Result<std::string_view> view(std::uint64_t position, std::size_t size) {
    if (position < start_ || position + size > start_ + filled_) {
      const std::size_t wanted = std::max(size, kChunkBytes);
      if (wanted > capacity_) {
        buffer_ = std::make_unique_for_overwrite<char[]>(wanted);
        capacity_ = wanted;
      }
      auto got = read_file_at(file_, path_, buffer_.get(), wanted, position);
      if (!got) return fail(got.error());
      start_ = position;
      filled_ = *got;
    }
    return std::string_view(buffer_.get(), filled_).substr(position - start_);
  }
  Result<std::string_view> tail(std::uint64_t position) {
    return view(position, position < bytes_ ? static_cast<std::size_t>(bytes_ - position) : 0);
  }

 private:
  int file_;
  const std::string& path_;
  std::uint64_t bytes_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::uint64_t start_ = 0;
  std::size_t filled_ = 0;
};

std::string describe(const DecodedFrame& decoded, std::int64_t next_offset) {
  const std::string expected = std::to_string(next_offset);
  switch (decoded.state) {
    case FrameState::absent:
      return "bytes after the end of the log (next offset " + expected + ")";
    case FrameState::cut:
      return "a frame is cut short (next offset " + expected + ")";
    case FrameState::broken:
      return "a frame's checksum is wrong (next offset " + expected + ")";
    case FrameState::whole:
      return "a frame begins with offset " + std::to_string(decoded.header.base_offset) + " instead of " + expected;
  }
  return {};
}

}  // namespace

Result<std::size_t> read_file_at(int file, const std::string& path, char* out, std::size_t size,
                                 std::uint64_t position) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(file, out + done, size - done, static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::unavailable, path + ": cannot be read: " + std::strerror(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<SegmentScan> scan_segment(int file, const std::string& path, std::int64_t first_offset) {
  struct stat info{};
  if (::fstat(file, &info) != 0) {
    return fail(ErrorCode::unavailable, path + ": cannot be read: " + std::strerror(errno));
  }
  Scanner scanner(file, path, static_cast<std::uint64_t>(info.st_size));
  SegmentScan scan;
  scan.next_offset = first_offset;

  auto header = scanner.view(0, kSegmentHeaderBytes);
  if (!header) return fail(header.error());
  if (!is_segment_header(*header, first_offset)) {
    auto tail = scanner.tail(0);
    if (!tail) return fail(tail.error());
    scan.fault = SegmentFault{0, "the file's header is wrong", !written_after(*tail, 0, first_offset)};
    return scan;
  }

  std::uint64_t position = kSegmentHeaderBytes;
  for (;;) {
    scan.end_position = position;
    auto bytes = scanner.view(position, kFrameHeaderBytes);
    if (!bytes) return fail(bytes.error());
    if (bytes->size() >= kFrameHeaderBytes) {
      const std::size_t size = load_frame_header(bytes->data()).size_bytes;
      if (size > bytes->size() && position + size <= static_cast<std::uint64_t>(info.st_size)) {
        bytes = scanner.view(position, size);
        if (!bytes) return fail(bytes.error());
      }
    }
    const DecodedFrame decoded = decode_frame(*bytes);
    if (decoded.state != FrameState::whole || decoded.header.base_offset != scan.next_offset) {
      auto tail = scanner.tail(position);
      if (!tail) return fail(tail.error());
      if (!all_zero(*tail)) {
        scan.fault = SegmentFault{position, describe(decoded, scan.next_offset),
                                  !written_after(*tail, position, scan.next_offset)};
      }
      return scan;
    }
    if (scan.points.empty() || position - scan.points.back().position >= kSegmentPointBytes) {
      scan.points.push_back({decoded.header.base_offset, static_cast<std::uint32_t>(position)});
    }
    scan.next_offset = decoded.header.next_offset();
    scan.last_at = decoded.header.at;
    ++scan.frames;
    position += decoded.header.size_bytes;
  }
}

std::string segment_name(std::int64_t first_offset) {
  const std::string digits = std::to_string(first_offset);
  return std::string(kNameDigits - digits.size(), '0') + digits + std::string(kNameEnd);
}

std::optional<std::int64_t> segment_first_offset(std::string_view name) {
  if (name.size() != kNameDigits + kNameEnd.size() || !name.ends_with(kNameEnd)) return {};
  std::int64_t offset = 0;
  const char* end = name.data() + kNameDigits;
  const auto parsed = std::from_chars(name.data(), end, offset);
  if (parsed.ec != std::errc{} || parsed.ptr != end || offset < 0) return {};
  return offset;
}

}  // namespace jangteo
