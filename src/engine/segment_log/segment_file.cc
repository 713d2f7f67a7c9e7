#include "engine/segment_log/segment_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"
#include "runtime/file.h"

namespace jangteo {

namespace {

constexpr std::uint64_t kZerosBytesMin = 64 << 10;
constexpr std::uint64_t kZerosBytesMax = 1 << 20;
constexpr std::size_t kPiecesMax = 1000;  // below IOV_MAX
constexpr std::size_t kReadBytesMin = 64 << 10;
constexpr std::size_t kReadBytesMax = 4 << 20;

const std::array<char, kZerosBytesMax> kZeros{};

}  // namespace

SegmentFile::SegmentFile(std::string path, int file, std::int64_t first_offset)
    : path_(std::move(path)), file_(file), first_offset_(first_offset), next_offset_(first_offset) {}

SegmentFile::~SegmentFile() { ::close(file_); }

Error SegmentFile::broken(const char* what) const {
  return Error{ErrorCode::unavailable, path_ + ": " + what + ": " + std::strerror(errno), {}, 1, {}};
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open(const std::string& directory, std::int64_t first_offset,
                                                       bool make) {
  std::string path = directory + "/" + segment_name(first_offset);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0640);
  if (file < 0) return fail(ErrorCode::unavailable, path + ": cannot be opened: " + std::strerror(errno));
  return std::shared_ptr<SegmentFile>(new SegmentFile(std::move(path), file, first_offset));
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::create(const std::string& directory, std::int64_t first_offset) {
  auto opened = open(directory, first_offset, true);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  char header[kSegmentHeaderBytes];
  store_segment_header(header, first_offset);
  if (::ftruncate(segment.file_, 0) != 0 || ::pwrite(segment.file_, header, sizeof(header), 0) != sizeof(header) ||
      ::fsync(segment.file_) != 0) {
    return fail(segment.broken("cannot be written"));
  }
  JT_TRY(sync_directory(directory));
  segment.end_position_ = segment.zeros_end_ = kSegmentHeaderBytes;
  segment.indexed_ = true;
  return opened;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open_full(const std::string& directory, std::int64_t first_offset) {
  auto opened = open(directory, first_offset, false);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  char start[kSegmentHeaderBytes + kFrameHeaderBytes];
  auto got = read_file_at(segment.file_, segment.path_, start, sizeof(start), 0);
  if (!got) return fail(got.error());
  if (*got < sizeof(start) || !is_segment_header({start, *got}, first_offset)) {
    return fail(ErrorCode::internal, segment.path_ + ": byte 0: the file's header is wrong");
  }
  struct stat info{};
  if (::fstat(segment.file_, &info) != 0) return fail(segment.broken("cannot be read"));
  segment.end_position_ = segment.zeros_end_ = static_cast<std::uint64_t>(info.st_size);
  segment.first_at_ = load_frame_header(start + kSegmentHeaderBytes).at;
  segment.last_at_ = Timestamp{info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000};
  return opened;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::recover(const std::string& directory, std::int64_t first_offset) {
  auto opened = open(directory, first_offset, false);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  auto scan = scan_segment(segment.file_, segment.path_, first_offset);
  if (!scan) return fail(scan.error());
  if (scan->fault && !scan->fault->torn) {
    return fail(ErrorCode::internal,
                segment.path_ + ": byte " + std::to_string(scan->fault->position) + ": " + scan->fault->what);
  }
  if (scan->end_position == 0) return create(directory, first_offset);
  if (scan->fault) {
    if (::ftruncate(segment.file_, static_cast<off_t>(scan->end_position)) != 0 || ::fsync(segment.file_) != 0) {
      return fail(segment.broken("cannot be repaired"));
    }
  }
  struct stat info{};
  if (::fstat(segment.file_, &info) != 0) return fail(segment.broken("cannot be read"));
  segment.zeros_end_ = static_cast<std::uint64_t>(info.st_size);
  segment.end_position_ = scan->end_position;
  segment.next_offset_ = scan->next_offset;
  segment.last_at_ = scan->last_at;
  segment.points_ = std::move(scan->points);
  segment.indexed_ = true;
  if (!segment.points_.empty()) {
    char header[kFrameHeaderBytes];
    auto got = read_file_at(segment.file_, segment.path_, header, sizeof(header), kSegmentHeaderBytes);
    if (!got) return fail(got.error());
    segment.first_at_ = load_frame_header(header).at;
  }
  return opened;
}

Status SegmentFile::write(std::span<const SegmentFrame> frames) {
  while (!frames.empty()) {
    const auto now = frames.first(std::min(frames.size(), kPiecesMax));
    frames = frames.subspan(now.size());
    std::array<iovec, kPiecesMax + 1> pieces;
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const SegmentFrame& frame : now) {
      pieces[count++] = {const_cast<char*>(frame.bytes.get()), frame.header.size_bytes};
      bytes += frame.header.size_bytes;
    }
    const std::uint64_t end = end_position_ + bytes;
    std::uint64_t zeros = 0;
    if (end > zeros_end_) {
      zeros = std::clamp(end, kZerosBytesMin, kZerosBytesMax);
      pieces[count++] = {const_cast<char*>(kZeros.data()), zeros};
    }
    // A short write (a full disk) is gone on with, until an error says why; zeros that do not fit are no error.
    std::uint64_t written = 0;
    std::size_t piece = 0;
    while (written < bytes) {
      const ssize_t got = ::pwritev(file_, pieces.data() + piece, static_cast<int>(count - piece),
                                    static_cast<off_t>(end_position_ + written));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(broken("cannot be written"));
      written += static_cast<std::uint64_t>(got);
      auto left = static_cast<std::size_t>(got);
      while (piece < count && left >= pieces[piece].iov_len) left -= pieces[piece++].iov_len;
      if (piece < count) {
        pieces[piece].iov_base = static_cast<char*>(pieces[piece].iov_base) + left;
        pieces[piece].iov_len -= left;
      }
    }
    zeros_end_ = std::max(zeros_end_, end_position_ + written);

    const std::lock_guard lock(mutex_);
    std::uint64_t position = end_position_;
    for (const SegmentFrame& frame : now) {
      if (points_.empty() || position - points_.back().position >= kSegmentPointBytes) {
        points_.push_back({frame.header.base_offset, static_cast<std::uint32_t>(position)});
      }
      position += frame.header.size_bytes;
    }
    if (first_at_.ms == 0) first_at_ = now.front().header.at;
    last_at_ = now.back().header.at;
    next_offset_ = now.back().header.next_offset();
    end_position_ = end;
  }
  return {};
}

Status SegmentFile::sync() {
  if (::fdatasync(file_) != 0) return fail(broken("cannot be made durable"));
  return {};
}

Status SegmentFile::finish() {
  if (::ftruncate(file_, static_cast<off_t>(end_position_)) != 0 || ::fsync(file_) != 0) {
    return fail(broken("cannot be finished"));
  }
  zeros_end_ = end_position_;
  return {};
}

Result<std::uint32_t> SegmentFile::start_position(std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  if (!indexed_) {
    auto scan = scan_segment(file_, path_, first_offset_);
    if (!scan) return fail(scan.error());
    points_ = std::move(scan->points);  // a fault is met, and told, by who reads that far
    indexed_ = true;
  }
  auto after = std::ranges::upper_bound(points_, offset, {}, &SegmentPoint::offset);
  return after == points_.begin() ? static_cast<std::uint32_t>(kSegmentHeaderBytes) : std::prev(after)->position;
}

Result<std::vector<SegmentFrame>> SegmentFile::read(std::int64_t offset, std::int64_t visible_end,
                                                    std::size_t count_max, std::size_t bytes_max) {
  auto start = start_position(offset);
  if (!start) return fail(start.error());
  std::vector<SegmentFrame> frames;
  std::uint64_t position = *start;
  std::size_t records = 0;
  std::size_t bytes = 0;
  std::size_t chunk_bytes = std::clamp(bytes_max, kReadBytesMin, kReadBytesMax);
  while (records < count_max && bytes < bytes_max) {
    std::shared_ptr<char[]> chunk(new char[chunk_bytes]);
    auto got = read_file_at(file_, path_, chunk.get(), chunk_bytes, position);
    if (!got) return fail(got.error());
    std::size_t at = 0;
    while (records < count_max && bytes < bytes_max && *got - at >= kFrameHeaderBytes) {
      const FrameHeader header = load_frame_header(chunk.get() + at);
      if (header.size_bytes == 0 || header.base_offset >= visible_end) return frames;
      if (header.size_bytes > *got - at && header.size_bytes <= kFrameBytesMax && *got == chunk_bytes) break;
      const DecodedFrame decoded = decode_frame({chunk.get() + at, *got - at});
      if (decoded.state != FrameState::whole) {
        return fail(ErrorCode::internal, path_ + ": byte " + std::to_string(position + at) + ": a frame is damaged");
      }
      if (header.next_offset() > offset) {
        frames.push_back({std::shared_ptr<const char>(chunk, chunk.get() + at), header});
        records += static_cast<std::size_t>(header.next_offset() - std::max(offset, header.base_offset));
        bytes += header.size_bytes;
      }
      at += header.size_bytes;
    }
    if (*got < chunk_bytes) return frames;
    if (at == 0) chunk_bytes = std::max<std::size_t>(chunk_bytes, load_frame_header(chunk.get()).size_bytes);
    position += at;
  }
  return frames;
}

}  // namespace jangteo
