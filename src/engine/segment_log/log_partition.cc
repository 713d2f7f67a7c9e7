#include "engine/segment_log/log_partition.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/file.h"

namespace jangteo {

LogPartition::LogPartition(std::string directory, const PartitionSettings& settings)
    : directory_(std::move(directory)), settings_(settings) {}

Result<std::unique_ptr<LogPartition>> LogPartition::open(std::string directory, const PartitionSettings& settings) {
  std::vector<std::int64_t> offsets;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), none; !error && entry != none;
       entry.increment(error)) {
    if (auto offset = segment_first_offset(entry->path().filename().string())) offsets.push_back(*offset);
  }
  if (error) return fail(ErrorCode::unavailable, directory + ": cannot be read: " + error.message());
  std::ranges::sort(offsets);

  std::unique_ptr<LogPartition> partition(new LogPartition(std::move(directory), settings));
  if (offsets.empty()) {
    auto segment = SegmentFile::create(partition->directory_, 0);
    if (!segment) return fail(segment.error());
    partition->segments_.push_back(std::move(*segment));
  }
  for (const std::int64_t offset : offsets) {
    auto segment = offset == offsets.back() ? SegmentFile::recover(partition->directory_, offset)
                                            : SegmentFile::open_full(partition->directory_, offset);
    if (!segment) return fail(segment.error());
    partition->segments_.push_back(std::move(*segment));
  }
  partition->last_ = partition->segments_.back();
  partition->end_ = partition->last_->next_offset();
  return partition;
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
  std::int64_t visible_end = 0;
  {
    const std::lock_guard lock(mutex_);
    offset = std::max(offset, segments_.front()->first_offset());
    if (offset >= end_) return std::vector<SegmentFrame>{};
    auto after = std::ranges::upper_bound(segments_, offset, {}, [](const auto& s) { return s->first_offset(); });
    visible_end = after == segments_.end() ? end_ : (*after)->first_offset();
    segment = *std::prev(after);
  }
  auto frames = segment->read(offset, visible_end, count_max, bytes_max);
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

Status LogPartition::roll() {
  JT_TRY(last_->finish());
  auto next = SegmentFile::create(directory_, last_->next_offset());
  if (!next) return fail(next.error());
  last_ = *next;
  const std::lock_guard lock(mutex_);
  segments_.push_back(std::move(*next));
  return {};
}

Status LogPartition::write(std::span<FrameBuilder> builders, Timestamp at) {
  std::size_t bytes = 0;
  for (const FrameBuilder& builder : builders) bytes += builder.size_bytes();
  if (last_->size_bytes() > kSegmentHeaderBytes &&
      last_->size_bytes() + bytes > static_cast<std::uint64_t>(settings_.segment_bytes)) {
    JT_TRY(roll());
  }
  const auto round_position = static_cast<std::uint32_t>(last_->size_bytes());
  std::int64_t offset = last_->next_offset();
  for (FrameBuilder& builder : builders) {
    unpublished_.push_back(builder.finish(offset, at, round_position));
    offset = unpublished_.back().header.next_offset();
  }
  return last_->write(unpublished_);
}

Status LogPartition::sync() { return last_->sync(); }

std::size_t LogPartition::publish(Wakeups& wakeups) {
  std::size_t bytes = 0;
  const std::lock_guard lock(mutex_);
  for (SegmentFrame& frame : unpublished_) {
    bytes += frame.header.size_bytes;
    end_ = frame.header.next_offset();
    recent_.push_back(std::move(frame));
  }
  unpublished_.clear();
  wakeups.add(std::move(waiters_));
  return bytes;
}

std::size_t LogPartition::drop_oldest_frame() {
  SegmentFrame dropped;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  dropped = std::move(recent_.front());
  recent_.pop_front();
  return dropped.header.size_bytes;
}

Status LogPartition::apply_retention(Timestamp now) {
  const Timestamp oldest = now - settings_.retention;
  if (last_->size_bytes() > kSegmentHeaderBytes && last_->last_at() < oldest) JT_TRY(roll());
  std::vector<std::shared_ptr<SegmentFile>> gone;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& segment : segments_) bytes += segment->size_bytes();
    while (segments_.size() > 1) {
      const SegmentFile& first = *segments_.front();
      // The next segment's first frame is no older than this one's last.
      const Timestamp next_at = segments_[1]->first_at();
      const bool expired = (next_at.ms != 0 ? next_at : first.last_at()) < oldest;
      if (!expired && bytes <= static_cast<std::uint64_t>(settings_.retention_bytes_max)) break;
      bytes -= first.size_bytes();
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
  return {};
}

}  // namespace jangteo
