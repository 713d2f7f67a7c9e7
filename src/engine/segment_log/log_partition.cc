#include "engine/segment_log/log_partition.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "runtime/file.h"

namespace jangteo {

LogPartition::LogPartition(std::string name, std::string directory, const LogPartitionSettings& settings)
    : name_(std::move(name)), directory_(std::move(directory)), settings_(settings) {}

Result<std::unique_ptr<LogPartition>> LogPartition::open(std::string name, std::string directory,
                                                         const LogPartitionSettings& settings,
                                                         const std::optional<PartitionPosition>& position) {
  std::unique_ptr<LogPartition> partition(new LogPartition(std::move(name), std::move(directory), settings));
  JT_TRY(partition->open_segments(position));
  const PartitionPosition& end = partition->position();
  partition->next_offset_ = partition->written_end_ = partition->end_ = end.next_offset;
  partition->set_checkpointed(end);
  return partition;
}

Status LogPartition::open_segments(std::optional<PartitionPosition> position) {
  auto found = segment_offsets(directory_);
  if (!found) return fail(found.error());
  std::vector<std::int64_t> offsets = std::move(*found);
  if (position) {
    bool cut = false;
    for (; !offsets.empty() && offsets.back() > position->first_offset; offsets.pop_back(), cut = true) {
      const std::string path = directory_ + "/" + segment_name(offsets.back());
      if (::unlink(path.c_str()) != 0) {
        return fail(ErrorCode::unavailable, path + ": cannot be deleted: " + std::strerror(errno));
      }
    }
    if (cut) JT_TRY(sync_directory(directory_));
  }
  // Nothing waits for a segment without frames to be durable; what stands there may be less than its header.
  std::optional<std::int64_t> empty_last;
  if (position && position->bytes == kSegmentHeaderBytes) empty_last = position->first_offset;
  if (!position && !offsets.empty() && is_empty_segment(directory_ + "/" + segment_name(offsets.back()))) {
    empty_last = offsets.back();
  }
  const bool last_is_empty = empty_last.has_value() || offsets.empty();
  if (empty_last && !offsets.empty() && offsets.back() == *empty_last) offsets.pop_back();
  if (!empty_last && position && (offsets.empty() || offsets.back() != position->first_offset)) {
    return fail(ErrorCode::internal,
                directory_ + "/" + segment_name(position->first_offset) + ": byte 0: the file is missing");
  }
  for (const std::int64_t offset : offsets) {
    const bool is_last = !last_is_empty && offset == offsets.back();
    auto segment = !is_last   ? SegmentFile::open_full(directory_, offset)
                   : position ? SegmentFile::open_at(directory_, *position)
                              : SegmentFile::open_scanned(directory_, offset);
    if (!segment) return fail(segment.error());
    segments_.push_back(std::move(*segment));
  }
  if (last_is_empty) return begin_segment(empty_last.value_or(0));
  last_ = segments_.back();
  if (!position) unsynced_.segments.push_back(last_);
  return {};
}

std::int64_t LogPartition::begin() const {
  const std::lock_guard lock(mutex_);
  return segments_.front()->first_offset();
}

std::int64_t LogPartition::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

RecentRead LogPartition::read_recent(std::int64_t& offset, std::size_t count_max, std::size_t bytes_max,
                                     std::vector<SegmentFrame>& frames) const {
  const std::lock_guard lock(mutex_);
  offset = std::max(offset, segments_.front()->first_offset());
  if (offset == end_) return RecentRead::at_end;
  if (offset > end_) return RecentRead::after_end;
  if (recent_.empty() || offset < recent_.front().header.base_offset) return RecentRead::in_file;
  auto frame =
      std::ranges::upper_bound(recent_, offset, {}, [](const SegmentFrame& f) { return f.header.base_offset; });
  --frame;
  std::size_t records = 0;
  std::size_t bytes = 0;
  for (; frame != recent_.end() && records < count_max && bytes < bytes_max; ++frame) {
    frames.push_back(*frame);
    records += static_cast<std::size_t>(frame->header.next_offset() - std::max(offset, frame->header.base_offset));
    bytes += frame->header.size_bytes;
  }
  return RecentRead::found;
}

Result<std::vector<SegmentFrame>> LogPartition::read_files(std::int64_t offset, std::size_t count_max,
                                                           std::size_t bytes_max) const {
  std::shared_ptr<SegmentFile> segment;
  std::int64_t segment_end = 0;
  {
    const std::lock_guard lock(mutex_);
    offset = std::max(offset, segments_.front()->first_offset());
    if (offset >= written_end_) return std::vector<SegmentFrame>{};
    auto after = std::ranges::upper_bound(segments_, offset, {}, [](const auto& s) { return s->first_offset(); });
    segment_end = after == segments_.end() ? written_end_ : std::min((*after)->first_offset(), written_end_);
    segment = *std::prev(after);
  }
  auto frames = segment->read(offset, segment_end, count_max, bytes_max);
  if (frames && frames->empty()) {
    return fail(ErrorCode::internal, segment->path() + ": offset " + std::to_string(offset) + " is missing");
  }
  return frames;
}

bool LogPartition::wait_at_end(EndWaiter* waiter) {
  const std::lock_guard lock(mutex_);
  if (closed_ || waiter->offset < end_) return false;
  waiters_.push(waiter);
  return true;
}

std::int64_t LogPartition::expire_waiters(std::int64_t now_us, Wakeups& wakeups) {
  const std::lock_guard lock(mutex_);
  std::int64_t earliest = INT64_MAX;
  WaiterList all = std::move(waiters_);
  while (auto* waiter = static_cast<EndWaiter*>(all.pop())) {
    if (waiter->deadline_us <= now_us) {
      wakeups.add(waiter);
    } else {
      earliest = std::min(earliest, waiter->deadline_us);
      waiters_.push(waiter);
    }
  }
  return earliest;
}

void LogPartition::close(Wakeups& wakeups) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wakeups.add(std::move(waiters_));
}

std::span<const SegmentFrame> LogPartition::seal(std::span<FrameBuilder> builders, Timestamp at) {
  for (FrameBuilder& builder : builders) {
    sealed_.push_back(builder.finish(next_offset_, at));
    next_offset_ = sealed_.back().header.next_offset();
  }
  return sealed_;
}

void LogPartition::seal_again(std::vector<SegmentFrame> frames) {
  JT_ASSERT(!frames.empty() && frames.front().header.base_offset == next_offset_, "the journal goes on where we are");
  sealed_ = std::move(frames);
  next_offset_ = sealed_.back().header.next_offset();
}

std::size_t LogPartition::publish(Wakeups& wakeups) {
  std::size_t bytes = 0;
  const std::lock_guard lock(mutex_);
  for (SegmentFrame& frame : sealed_) {
    bytes += frame.header.size_bytes;
    end_ = frame.header.next_offset();
    recent_.push_back(std::move(frame));
  }
  unwritten_count_ += sealed_.size();
  unwritten_bytes_ += bytes;
  sealed_.clear();
  wakeups.add(std::move(waiters_));
  return bytes;
}

Status LogPartition::begin_segment(std::int64_t first_offset) {
  auto next = SegmentFile::create(directory_, first_offset);
  if (!next) return fail(next.error());
  last_ = *next;
  unsynced_.directory = directory_;
  const std::lock_guard lock(mutex_);
  segments_.push_back(std::move(*next));
  return {};
}

Status LogPartition::write_segments() {
  while (unwritten_count_ > 0) {
    const std::uint64_t room_bytes = static_cast<std::uint64_t>(settings_.segment_bytes);
    std::uint64_t bytes = last_->position().bytes;
    std::vector<SegmentFrame> frames;
    for (std::size_t i = recent_.size() - unwritten_count_; i < recent_.size(); ++i) {
      const std::uint64_t with_frame = bytes + recent_[i].header.size_bytes;
      if (with_frame > room_bytes && bytes > kSegmentHeaderBytes) break;
      bytes = with_frame;
      frames.push_back(recent_[i]);
    }
    if (frames.empty()) {
      JT_TRY(begin_segment(last_->position().next_offset));
      continue;
    }
    auto& unsynced = unsynced_.segments;
    if (unsynced.empty() || unsynced.back() != last_) unsynced.push_back(last_);
    JT_TRY(last_->write(frames));
    for (const SegmentFrame& frame : frames) unwritten_bytes_ -= frame.header.size_bytes;
    unwritten_count_ -= frames.size();
    const std::lock_guard lock(mutex_);
    written_end_ = last_->position().next_offset;
  }
  return {};
}

std::size_t LogPartition::drop_oldest_frame() {
  JT_ASSERT(oldest_frame_is_written(), "only what the segments hold leaves the memory");
  SegmentFrame dropped;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  dropped = std::move(recent_.front());
  recent_.pop_front();
  return dropped.header.size_bytes;
}

Status LogPartition::Unsynced::sync() const {
  for (const auto& segment : segments) JT_TRY(segment->sync());
  if (!directory.empty()) JT_TRY(sync_directory(directory));
  return {};
}

Result<bool> LogPartition::apply_retention(Timestamp now) {
  const Timestamp oldest = now - settings_.retention;
  const PartitionPosition end = last_->position();
  const bool rolls = end.bytes > kSegmentHeaderBytes && end.last_at < oldest && unwritten_count_ == 0;
  if (rolls) JT_TRY(begin_segment(end.next_offset));
  std::vector<std::shared_ptr<SegmentFile>> gone;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& segment : segments_) bytes += segment->position().bytes;
    while (segments_.size() > 1 && segments_.front()->first_offset() < checkpointed_first_offset_) {
      const SegmentFile& first = *segments_.front();
      // The next segment's first frame is no older than this one's last.
      const Timestamp next_at = segments_[1]->first_at();
      const bool expired = (next_at.ms != 0 ? next_at : first.position().last_at) < oldest;
      if (!expired && bytes <= static_cast<std::uint64_t>(settings_.retention_bytes_max)) break;
      bytes -= first.position().bytes;
      gone.push_back(std::move(segments_.front()));
      segments_.erase(segments_.begin());
    }
  }
  for (const auto& segment : gone) {
    if (::unlink(segment->path().c_str()) != 0) {
      return fail(ErrorCode::unavailable, segment->path() + ": cannot be deleted: " + std::strerror(errno));
    }
  }
  if (!gone.empty()) JT_TRY(sync_directory(directory_));
  return rolls;
}

}  // namespace jangteo
