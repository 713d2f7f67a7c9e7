#include "services/analytics/domain/order_event_record.h"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <charconv>

#include "base/json.h"

namespace jangteo {

namespace {

// Walks the members of one object; values are skipped, not checked.
class Members {
 public:
  explicit Members(std::string_view json) : rest_(json) { opened_ = take('{'); }

  // False at the end of the object or where it breaks.
  bool next(std::string_view& name, std::string_view& value) {
    if (!opened_ || (!first_ && !take(','))) return false;
    first_ = false;
    skip_space();
    if (!skip_string(name) || !take(':')) return false;
    name = name.substr(1, name.size() - 2);
    skip_space();
    return skip_value(value);
  }

 private:
  void skip_space() {
    const auto text = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(text == std::string_view::npos ? rest_.size() : text);
  }
  bool take(char wanted) {
    skip_space();
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip_string(std::string_view& text) {
    if (rest_.empty() || rest_[0] != '"') return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        text = rest_.substr(0, i + 1);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }
  bool skip_value(std::string_view& value) {
    if (rest_.empty()) return false;
    if (rest_[0] == '"') return skip_string(value);
    const std::string_view whole = rest_;
    if (rest_[0] != '{' && rest_[0] != '[') {
      const auto end = rest_.find_first_of(",}] \t\r\n");
      if (end == std::string_view::npos || end == 0) return false;
      value = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return true;
    }
    int depth = 0;
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '"') {
        std::string_view inner;
        if (!skip_string(inner)) return false;
        continue;
      }
      rest_.remove_prefix(1);
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) {
        value = whole.substr(0, whole.size() - rest_.size());
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
  bool opened_ = false;
  bool first_ = true;
};

// A string without escapes: ids, types and codes have none.
bool read_plain(std::string_view value, std::string_view& text) {
  if (value.size() < 2 || value[0] != '"' || value.find('\\') != std::string_view::npos) return false;
  text = value.substr(1, value.size() - 2);
  return true;
}

bool read_integer(std::string_view value, std::int64_t& number) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size();
}

bool read_money(std::string_view value, Money& money) {
  Members members(value);
  std::string_view name;
  std::string_view content;
  bool has_amount = false;
  bool has_currency = false;
  while (!(has_amount && has_currency) && members.next(name, content)) {
    if (name == "amount") {
      has_amount = read_integer(content, money.amount);
    } else if (name == "currency") {
      std::string_view code;
      const auto currency = read_plain(content, code) ? Currency::parse(code) : std::nullopt;
      if (!currency) return false;
      money.currency = *currency;
      has_currency = true;
    }
  }
  return has_amount && has_currency;
}

OrderChange change_of(std::string_view type) {
  for (const auto change :
       {OrderChange::pending, OrderChange::confirmed, OrderChange::rejected, OrderChange::cancelled}) {
    if (type.starts_with("order.") && type.substr(6) == to_string(change)) return change;
  }
  return OrderChange::other;
}

}  // namespace

std::string_view to_string(OrderChange change) {
  switch (change) {
    case OrderChange::pending:
      return "pending";
    case OrderChange::confirmed:
      return "confirmed";
    case OrderChange::rejected:
      return "rejected";
    case OrderChange::cancelled:
      return "cancelled";
    case OrderChange::other:
      return "other";
  }
  return "other";
}

std::optional<OrderEventRecord> read_order_record(std::string_view json) {
  OrderEventRecord record;
  bool has_type = false;
  bool has_at = false;
  bool has_order = false;
  bool has_total = false;
  Members members(json);
  std::string_view name;
  std::string_view value;
  while (members.next(name, value)) {
    if (name == "type") {
      std::string_view type;
      has_type = read_plain(value, type);
      record.change = change_of(type);
    } else if (name == "at") {
      has_at = read_integer(value, record.at.ms);
    } else if (name == "orderId") {
      has_order = read_plain(value, record.order_id);
    } else if (name == "total") {
      has_total = read_money(value, record.total);
    } else if (name == "wasConfirmed") {
      record.was_confirmed = value == "true";
    }
    if (has_type && has_at && has_order && has_total && record.change != OrderChange::cancelled) break;
  }
  if (!has_type || !has_at || !has_order || !has_total) return {};
  return record;
}

std::string first_item_name(std::string_view json) {
  const auto document = parse_json(json);
  if (!document) return {};
  const auto* items = json_member(*document, "items");
  if (items == nullptr || !items->is_array() || items->get_array().empty()) return {};
  const auto* name = json_member(items->get_array().front(), "name");
  return name != nullptr && name->is_string() ? std::string(std::string_view(name->get_string())) : std::string();
}

}  // namespace jangteo
