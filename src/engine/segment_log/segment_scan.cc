#include "engine/segment_log/segment_scan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "engine/segment_log/segment_frame.h"

namespace jangteo {

namespace {

constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::size_t kNameDigits = 20;
constexpr std::string_view kNameEnd = ".log";

class Scanner {
 public:
  Scanner(int file, const std::string& path) : file_(file), path_(path) {}

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

 private:
  int file_;
  const std::string& path_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::uint64_t start_ = 0;
  std::size_t filled_ = 0;
};

std::string describe(const DecodedFrame& decoded, std::int64_t next_offset) {
  const std::string expected = std::to_string(next_offset);
  switch (decoded.state) {
    case FrameState::cut:
      return "a frame is cut short (next offset " + expected + ")";
    case FrameState::broken:
      return "a frame is damaged (next offset " + expected + ")";
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

bool is_empty_segment(const std::string& path) {
  std::error_code error;
  return std::filesystem::file_size(path, error) <= kSegmentHeaderBytes && !error;
}

Result<SegmentScan> scan_segment(int file, const std::string& path, std::int64_t first_offset, std::uint64_t bytes) {
  struct stat info{};
  if (::fstat(file, &info) != 0) {
    return fail(ErrorCode::unavailable, path + ": cannot be read: " + std::strerror(errno));
  }
  const std::uint64_t end = std::min(static_cast<std::uint64_t>(info.st_size), bytes);
  Scanner scanner(file, path);
  SegmentScan scan;
  scan.next_offset = first_offset;

  auto header = scanner.view(0, kSegmentHeaderBytes);
  if (!header) return fail(header.error());
  if (!is_segment_header(*header, first_offset)) {
    scan.fault = SegmentFault{0, "the file's header is wrong"};
    return scan;
  }
  for (std::uint64_t position = kSegmentHeaderBytes;;) {
    scan.end_position = position;
    if (position >= end) return scan;
    auto view = scanner.view(position, kFrameHeaderBytes);
    if (view && view->size() >= kFrameHeaderBytes) {
      const std::size_t size = load_frame_header(view->data()).size_bytes;
      if (size > view->size() && size <= end - position) view = scanner.view(position, size);
    }
    if (!view) return fail(view.error());
    const DecodedFrame decoded = decode_frame(view->substr(0, end - position));
    if (decoded.state != FrameState::whole || decoded.header.base_offset != scan.next_offset) {
      scan.fault = SegmentFault{position, describe(decoded, scan.next_offset)};
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

Result<std::vector<std::int64_t>> segment_offsets(const std::string& directory) {
  std::vector<std::int64_t> offsets;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), none; !error && entry != none;
       entry.increment(error)) {
    if (auto offset = segment_first_offset(entry->path().filename().string())) offsets.push_back(*offset);
  }
  if (error) return fail(ErrorCode::unavailable, directory + ": cannot be read: " + error.message());
  std::ranges::sort(offsets);
  return offsets;
}

}  // namespace jangteo
