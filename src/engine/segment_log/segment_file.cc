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

namespace jangteo {

namespace {

constexpr std::size_t kPiecesMax = 1024;  // IOV_MAX of Linux
constexpr std::size_t kReadBytesMin = 64 << 10;
constexpr std::size_t kReadBytesMax = 4 << 20;

std::unexpected<Error> damaged(const std::string& path, std::uint64_t position, const std::string& what) {
  return fail(ErrorCode::internal, path + ": byte " + std::to_string(position) + ": " + what);
}

}  // namespace

SegmentFile::SegmentFile(std::string path, int file, std::int64_t first_offset)
    : path_(std::move(path)),
      file_(file),
      position_{first_offset, kSegmentHeaderBytes, first_offset, {}},
      indexed_from_(first_offset) {}

SegmentFile::~SegmentFile() { ::close(file_); }

Error SegmentFile::broken(const char* what) const {
  return Error{ErrorCode::unavailable, path_ + ": " + what + ": " + std::strerror(errno), {}, 1, {}};
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open(const std::string& directory, std::int64_t first_offset,
                                                       int flags) {
  std::string path = directory + "/" + segment_name(first_offset);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0640);
  if (file < 0) {
    return fail(errno == ENOENT ? ErrorCode::internal : ErrorCode::unavailable,
                path + ": byte 0: cannot be opened: " + std::strerror(errno));
  }
  return std::shared_ptr<SegmentFile>(new SegmentFile(std::move(path), file, first_offset));
}

Status SegmentFile::read_start() {
  char start[kSegmentHeaderBytes + kFrameHeaderBytes];
  auto got = read_file_at(file_, path_, start, sizeof(start), 0);
  if (!got) return fail(got.error());
  if (!is_segment_header({start, *got}, first_offset())) return damaged(path_, 0, "the file's header is wrong");
  if (*got == sizeof(start)) first_at_ = load_frame_header(start + kSegmentHeaderBytes).at;
  return {};
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::create(const std::string& directory, std::int64_t first_offset) {
  auto opened = open(directory, first_offset, O_CREAT | O_TRUNC);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  char header[kSegmentHeaderBytes];
  store_segment_header(header, first_offset);
  if (::pwrite(segment.file_, header, sizeof(header), 0) != sizeof(header)) {
    return fail(segment.broken("cannot be written"));
  }
  return opened;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open_full(const std::string& directory, std::int64_t first_offset) {
  auto opened = open(directory, first_offset, 0);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  JT_TRY(segment.read_start());
  struct stat info{};
  if (::fstat(segment.file_, &info) != 0) return fail(segment.broken("cannot be read"));
  segment.position_.bytes = static_cast<std::uint64_t>(info.st_size);
  segment.position_.last_at = Timestamp{info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000};
  segment.indexed_from_ = INT64_MAX;
  return opened;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open_at(const std::string& directory,
                                                          const PartitionPosition& position) {
  auto opened = open(directory, position.first_offset, 0);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  JT_TRY(segment.read_start());
  struct stat info{};
  if (::fstat(segment.file_, &info) != 0) return fail(segment.broken("cannot be read"));
  const auto bytes = static_cast<std::uint64_t>(info.st_size);
  if (bytes < position.bytes) return damaged(segment.path_, bytes, "the file is cut short");
  if (bytes > position.bytes && ::ftruncate(segment.file_, static_cast<off_t>(position.bytes)) != 0) {
    return fail(segment.broken("cannot be cut"));
  }
  if (position.bytes == kSegmentHeaderBytes) segment.first_at_ = {};
  segment.position_ = position;
  segment.indexed_from_ = position.next_offset;
  return opened;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::open_scanned(const std::string& directory,
                                                               std::int64_t first_offset) {
  auto opened = open(directory, first_offset, 0);
  if (!opened) return opened;
  SegmentFile& segment = **opened;
  auto scan = scan_segment(segment.file_, segment.path_, first_offset);
  if (!scan) return fail(scan.error());
  if (scan->fault) return damaged(segment.path_, scan->fault->position, scan->fault->what);
  JT_TRY(segment.read_start());
  segment.position_ = {first_offset, scan->end_position, scan->next_offset, scan->last_at};
  segment.points_ = std::move(scan->points);
  return opened;
}

Status SegmentFile::write(std::span<const SegmentFrame> frames) {
  while (!frames.empty()) {
    const auto now = frames.first(std::min(frames.size(), kPiecesMax));
    frames = frames.subspan(now.size());
    std::array<iovec, kPiecesMax> pieces;
    std::size_t count = 0;
    for (const SegmentFrame& frame : now) {
      pieces[count++] = {const_cast<char*>(frame.bytes.get()), frame.header.size_bytes};
    }
    std::uint64_t position = position_.bytes;
    for (std::span<iovec> left(pieces.data(), count); !left.empty();) {
      const ssize_t got = ::pwritev(file_, left.data(), static_cast<int>(left.size()), static_cast<off_t>(position));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(broken("cannot be written"));
      position += static_cast<std::uint64_t>(got);
      auto done = static_cast<std::size_t>(got);
      while (!left.empty() && done >= left.front().iov_len) {
        done -= left.front().iov_len;
        left = left.subspan(1);
      }
      if (!left.empty()) {
        left.front().iov_base = static_cast<char*>(left.front().iov_base) + done;
        left.front().iov_len -= done;
      }
    }
    const std::lock_guard lock(mutex_);
    if (first_at_.ms == 0) first_at_ = now.front().header.at;
    for (const SegmentFrame& frame : now) {
      if (points_.empty() || position_.bytes - points_.back().position >= kSegmentPointBytes) {
        points_.push_back({frame.header.base_offset, static_cast<std::uint32_t>(position_.bytes)});
      }
      position_.bytes += frame.header.size_bytes;
      position_.next_offset = frame.header.next_offset();
      position_.last_at = frame.header.at;
    }
  }
  return {};
}

Status SegmentFile::sync() {
  if (::fdatasync(file_) != 0) return fail(broken("cannot be made durable"));
  return {};
}

Result<std::uint32_t> SegmentFile::start_position(std::int64_t offset) {
  std::unique_lock lock(mutex_);
  if (offset < indexed_from_) {
    lock.unlock();
    auto scan = scan_segment(file_, path_, first_offset());
    if (!scan) return fail(scan.error());
    lock.lock();
    // A fault is met, and told, by who reads that far. Points of what is being written are known already.
    const std::int64_t known_from = points_.empty() ? INT64_MAX : points_.front().offset;
    if (indexed_from_ != first_offset()) {
      std::erase_if(scan->points, [known_from](const SegmentPoint& point) { return point.offset >= known_from; });
      points_.insert(points_.begin(), scan->points.begin(), scan->points.end());
      indexed_from_ = first_offset();
    }
  }
  const auto after = std::ranges::upper_bound(points_, offset, {}, &SegmentPoint::offset);
  return after == points_.begin() ? static_cast<std::uint32_t>(kSegmentHeaderBytes) : std::prev(after)->position;
}

Result<std::vector<SegmentFrame>> SegmentFile::read(std::int64_t offset, std::int64_t written_end,
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
      if (header.base_offset >= written_end) return frames;
      if (header.size_bytes > *got - at && header.size_bytes <= kFrameBytesMax && *got == chunk_bytes) break;
      const DecodedFrame decoded = decode_frame({chunk.get() + at, *got - at});
      if (decoded.state != FrameState::whole) {
        return damaged(path_, position + at, "a frame is damaged");
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
