#include "ports/sql_database.h"

#include <atomic>

namespace jangteo {

namespace {
std::atomic<std::uint32_t>& statement_count() {
  static std::atomic<std::uint32_t> count{0};
  return count;
}
}  // namespace

SqlStatement::SqlStatement(const char* text) : text_(text), number_(statement_count().fetch_add(1)) {}

}  // namespace jangteo
