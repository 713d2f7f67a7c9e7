#include "engine/segment_log/log_journal_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/bytes.h"
#include "engine/segment_log/log_journal.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {

namespace {

struct JournalBytes {
  std::string path;
  std::shared_ptr<char[]> memory;
  std::size_t size = 0;
  std::optional<LogJournalHeader> header;

  std::string_view from(std::uint64_t position) const {
    return std::string_view(memory.get(), size).substr(std::min<std::uint64_t>(position, size));
  }
};

std::optional<std::uint64_t> sequence_of(const std::string& name) {
  constexpr std::string_view kStart = "journal-";
  if (!name.starts_with(kStart)) return {};
  std::uint64_t sequence = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kStart.size(), end, sequence);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return {};
  return sequence;
}

Result<JournalBytes> load(const std::string& path) {
  JournalBytes journal;
  journal.path = path;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (file < 0 || ::fstat(file, &info) != 0) {
    if (file >= 0) ::close(file);
    return fail(ErrorCode::unavailable, path + ": cannot be read: " + std::strerror(errno));
  }
  journal.size = static_cast<std::size_t>(info.st_size);
  journal.memory.reset(new char[std::max<std::size_t>(journal.size, 1)]);
  auto got = read_file_at(file, path, journal.memory.get(), journal.size, 0);
  ::close(file);
  if (!got) return fail(got.error());
  journal.size = *got;
  journal.header = decode_log_journal_header(journal.from(0));
  return journal;
}

// Whether a whole entry stands behind `position` whose round began after it: then `position` was durable before that.
bool written_after(const JournalBytes& journal, std::uint64_t sequence, std::uint64_t position) {
  const std::string_view bytes = journal.from(position);
  for (std::size_t i = 1; i + kLogJournalEntryHeaderBytes <= bytes.size(); ++i) {
    if (load_le<std::uint64_t>(bytes.data() + i + 8) != sequence) continue;
    const auto entry = decode_log_journal_entry(bytes.substr(i), sequence);
    if (entry && entry->round_position > position) return true;
  }
  return false;
}

std::unexpected<Error> damaged(const std::string& path, std::uint64_t position, const std::string& what) {
  return fail(ErrorCode::internal, path + ": byte " + std::to_string(position) + ": " + what);
}

}  // namespace

Result<LogJournalContents> read_log_journals(const std::string& directory, std::uint64_t sequence,
                                             std::uint64_t position) {
  namespace fs = std::filesystem;
  LogJournalContents contents;
  std::map<std::uint64_t, std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), none; !error && entry != none; entry.increment(error)) {
    const auto found = sequence_of(entry->path().filename().string());
    if (found) {
      paths[*found] = directory + "/" + entry->path().filename().string();
      contents.paths.push_back(paths[*found]);
    }
  }
  if (error) return fail(ErrorCode::unavailable, directory + ": cannot be read: " + error.message());

  std::optional<JournalBytes> journal;
  for (std::uint64_t current = sequence; paths.contains(current); ++current) {
    auto loaded = load(paths[current]);
    if (!loaded) return fail(loaded.error());
    const bool started = loaded->header && loaded->header->sequence == current;
    if (!started) {
      // A journal is durable before its first entry; the first one has been since the checkpoint.
      if (current == sequence || written_after(*loaded, current, 0) || paths.contains(current + 1)) {
        return damaged(loaded->path, 0, "the journal's header is wrong");
      }
      break;
    }
    if (journal && loaded->header->previous_end != contents.last_end) {
      return damaged(
          journal->path, contents.last_end,
          "the journal's entries end here instead of at byte " + std::to_string(loaded->header->previous_end));
    }
    journal = std::move(*loaded);
    std::uint64_t at =
        current == sequence ? std::max<std::uint64_t>(position, kLogJournalHeaderBytes) : kLogJournalHeaderBytes;
    if (at > journal->size) return damaged(journal->path, journal->size, "the journal is cut short");
    while (auto entry = decode_log_journal_entry(journal->from(at), current)) {
      const char* frame = journal->memory.get() + at + entry->frame_at;
      contents.frames.push_back(
          {std::string(entry->name), {std::shared_ptr<const char>(journal->memory, frame), entry->frame.header}});
      at += entry->frame_at + entry->frame.header.size_bytes;
    }
    if (written_after(*journal, current, at)) return damaged(journal->path, at, "a journal entry is damaged");
    contents.last_sequence = current;
    contents.last_end = at;
  }
  if (!journal && !paths.empty() && paths.rbegin()->first > sequence) {
    return damaged(directory + "/" + log_journal_name(sequence), 0, "the journal is missing");
  }
  return contents;
}

}  // namespace jangteo
