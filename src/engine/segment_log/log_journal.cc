#include "engine/segment_log/log_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "runtime/file.h"

namespace jangteo {

namespace {

constexpr std::string_view kMagic = "JTJRN001";
constexpr std::uint64_t kGrowthBytesMin = 64 << 10;
constexpr std::uint64_t kGrowthBytesMax = 1 << 20;
constexpr std::size_t kPiecesMax = 1024;  // IOV_MAX of Linux

const std::array<char, kGrowthBytesMax> kZeros{};

}  // namespace

std::string log_journal_name(std::uint64_t sequence) { return "journal-" + std::to_string(sequence); }

std::optional<LogJournalHeader> decode_log_journal_header(std::string_view bytes) {
  if (bytes.size() < kLogJournalHeaderBytes || !bytes.starts_with(kMagic)) return {};
  if (load_le<std::uint32_t>(bytes.data() + 24) != crc32c(bytes.substr(0, 24))) return {};
  return LogJournalHeader{load_le<std::uint64_t>(bytes.data() + 8), load_le<std::uint64_t>(bytes.data() + 16)};
}

std::optional<LogJournalEntry> decode_log_journal_entry(std::string_view bytes, std::uint64_t sequence) {
  if (bytes.size() < kLogJournalEntryHeaderBytes || load_le<std::uint64_t>(bytes.data() + 8) != sequence) return {};
  const std::size_t frame_bytes = load_le<std::uint32_t>(bytes.data() + 4);
  const std::size_t name_bytes = load_le<std::uint16_t>(bytes.data() + 20);
  LogJournalEntry entry;
  entry.frame_at = kLogJournalEntryHeaderBytes + name_bytes;
  if (entry.frame_at > bytes.size() || frame_bytes > bytes.size() - entry.frame_at) return {};
  if (load_le<std::uint32_t>(bytes.data()) != crc32c(bytes.substr(4, entry.frame_at - 4))) return {};
  entry.name = bytes.substr(kLogJournalEntryHeaderBytes, name_bytes);
  entry.round_position = load_le<std::uint32_t>(bytes.data() + 16);
  entry.frame = decode_frame(bytes.substr(entry.frame_at, frame_bytes));
  if (entry.frame.state != FrameState::whole || entry.frame.header.size_bytes != frame_bytes) return {};
  return entry;
}

LogJournal::LogJournal(std::string path, int file, std::uint64_t sequence)
    : path_(std::move(path)), file_(file), sequence_(sequence) {}

LogJournal::~LogJournal() { ::close(file_); }

Error LogJournal::broken(const char* what) const {
  return Error{ErrorCode::unavailable, path_ + ": " + what + ": " + std::strerror(errno), {}, 1, {}};
}

Result<std::unique_ptr<LogJournal>> LogJournal::start(const std::string& directory, std::uint64_t sequence,
                                                      std::uint64_t previous_end, const std::string& spare) {
  std::string path = directory + "/" + log_journal_name(sequence);
  if (!spare.empty() && ::rename(spare.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::unavailable, spare + ": cannot be renamed: " + std::strerror(errno));
  }
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_CREAT, 0640);
  if (file < 0) return fail(ErrorCode::unavailable, path + ": cannot be opened: " + std::strerror(errno));
  std::unique_ptr<LogJournal> journal(new LogJournal(std::move(path), file, sequence));
  struct stat info{};
  char header[kLogJournalHeaderBytes] = {};
  kMagic.copy(header, kMagic.size());
  store_le(header + 8, sequence);
  store_le(header + 16, previous_end);
  store_le(header + 24, crc32c({header, 24}));
  if (::fstat(file, &info) != 0 || ::pwrite(file, header, sizeof(header), 0) != sizeof(header) || ::fsync(file) != 0) {
    return fail(journal->broken("cannot be written"));
  }
  JT_TRY(sync_directory(directory));
  journal->space_end_ = std::max<std::uint64_t>(static_cast<std::uint64_t>(info.st_size), kLogJournalHeaderBytes);
  return journal;
}

void LogJournal::add(std::string_view name, std::span<const SegmentFrame> frames) {
  for (const SegmentFrame& frame : frames) {
    std::string& header = headers_.emplace_back(kLogJournalEntryHeaderBytes, '\0');
    store_le(header.data() + 4, frame.header.size_bytes);
    store_le(header.data() + 8, sequence_);
    store_le(header.data() + 16, static_cast<std::uint32_t>(end_position_));
    store_le(header.data() + 20, static_cast<std::uint16_t>(name.size()));
    header += name;
    store_le(header.data(), crc32c(std::string_view(header).substr(4)));
    pieces_.push_back({header.data(), header.size()});
    pieces_.push_back({const_cast<char*>(frame.bytes.get()), frame.header.size_bytes});
    round_bytes_ += header.size() + frame.header.size_bytes;
  }
}

Status LogJournal::write() {
  const std::uint64_t end = end_position_ + round_bytes_;
  JT_ASSERT(end <= UINT32_MAX, "positions in a journal have 32 bits");
  const std::uint64_t growth = end > space_end_ ? std::clamp(end, kGrowthBytesMin, kGrowthBytesMax) : 0;
  if (growth > 0) pieces_.push_back({const_cast<char*>(kZeros.data()), growth});
  std::uint64_t position = end_position_;
  Status status;
  for (std::span<iovec> left(pieces_); status && !left.empty() && position < end;) {
    const std::span<iovec> now = left.first(std::min(left.size(), kPiecesMax));
    left = left.subspan(now.size());
    std::uint64_t bytes = 0;
    for (const iovec& piece : now) bytes += piece.iov_len;
    if (left.empty()) bytes -= growth;
    status = write_pieces(now, position);
    position += bytes;
  }
  pieces_.clear();
  headers_.clear();
  round_bytes_ = 0;
  if (!status) return status;
  space_end_ = std::max(space_end_, end + growth);
  end_position_ = end;
  return {};
}

Status LogJournal::write_pieces(std::span<iovec> pieces, std::uint64_t position) {
  while (!pieces.empty()) {
    const ssize_t got = ::pwritev(file_, pieces.data(), static_cast<int>(pieces.size()), static_cast<off_t>(position));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(broken("cannot be written"));
    position += static_cast<std::uint64_t>(got);
    auto left = static_cast<std::size_t>(got);
    while (!pieces.empty() && left >= pieces.front().iov_len) {
      left -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (!pieces.empty()) {
      pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + left;
      pieces.front().iov_len -= left;
    }
  }
  return {};
}

Status LogJournal::sync() {
  if (::fdatasync(file_) != 0) return fail(broken("cannot be made durable"));
  return {};
}

}  // namespace jangteo
