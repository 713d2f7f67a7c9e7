#include "services/product/product_draft_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace jangteo {

namespace {

using Kind = RecordField::Kind;

constexpr std::array<std::string_view, 9> kMembers = {"sku",   "name",  "description", "category", "brand",
                                                      "price", "image", "stock",       "variants"};

class DraftReader {
 public:
  DraftReader(const ProductRecord& record, const DraftReading& reading, std::vector<FieldError>& errors)
      : record_(record), reading_(reading), errors_(errors) {}

  std::string source(std::string_view member) const {
    for (std::size_t end = member.size(); end != std::string_view::npos && end > 0;) {
      const auto mapped = reading_.names.find(member.substr(0, end));
      if (mapped != reading_.names.end()) return mapped->second + std::string(member.substr(end));
      end = member.substr(0, end).find_last_of(".[");
    }
    return std::string(member);
  }

  void text(std::string_view member, std::string& out) {
    const auto* field = record_.find(source(member));
    if (field == nullptr) return refuse_below(member, "must be text");
    if (field->kind == Kind::null) {
      out.clear();
    } else if (field->kind == Kind::text || (!reading_.strict && field->kind == Kind::number)) {
      out = field->text;
    } else {
      refuse(member, "must be text");
    }
  }

  void integer(std::string_view member, std::optional<std::int64_t>& out) {
    const auto* field = record_.find(source(member));
    if (field == nullptr) return refuse_below(member, "must be a whole number");
    if (field->kind == Kind::null || (!reading_.strict && field->text.empty())) {
      out.reset();
    } else if (field->kind == Kind::number || (!reading_.strict && field->kind == Kind::text)) {
      std::int64_t number = 0;
      const char* end = field->text.data() + field->text.size();
      const auto parsed = std::from_chars(field->text.data(), end, number);
      if (parsed.ec != std::errc() || parsed.ptr != end) return refuse(member, "must be a whole number");
      out = number;
    } else {
      refuse(member, "must be a whole number");
    }
  }

  // {"amount": minor units, "currency"} or, where the reading allows it, a decimal in major units.
  void price(const std::string& member, std::optional<Money>& out) {
    const auto* field = record_.find(source(member));
    if (field != nullptr && field->kind == Kind::null) {
      out.reset();
      return;
    }
    if (field != nullptr) {
      const bool empty_cell = !reading_.strict && field->kind == Kind::text && field->text.empty();
      if (empty_cell && !record_.has_below(source(member + ".amount"))) return;
      if (!empty_cell) return decimal(member, *field, out);
    }
    if (!record_.has_below(source(member + ".amount")) && !record_.has_below(source(member + ".currency"))) return;
    Money money = out.value_or(Money{});
    std::optional<std::int64_t> amount;
    if (out) amount = out->amount;
    integer(member + ".amount", amount);
    std::string code = out ? std::string(out->currency.code()) : std::string();
    text(member + ".currency", code);
    if (code.empty() && reading_.currency) code = std::string(reading_.currency->code());
    const auto currency = Currency::parse(code);
    if (!currency) return refuse(member + ".currency", "is missing or unknown");
    if (!amount) return refuse_once(member + ".amount", "is missing");
    money.amount = *amount;
    money.currency = *currency;
    out = money;
  }

  void refuse(std::string_view member, std::string detail) {
    errors_.push_back({std::string(member), "invalid", std::move(detail)});
  }

  const ProductRecord& record() const { return record_; }
  bool strict() const { return reading_.strict; }

 private:
  void decimal(const std::string& member, const RecordField& field, std::optional<Money>& out) {
    if (reading_.strict || (field.kind != Kind::number && field.kind != Kind::text)) {
      return refuse(member, R"(must be {"amount", "currency"})");
    }
    std::string code;
    const std::string prefix = member.substr(0, member.size() - std::string_view("price").size());
    text(prefix + "currency", code);
    const auto currency = code.empty() ? reading_.currency : Currency::parse(code);
    if (!currency) return refuse(member, "has no known currency");
    const auto money = parse_decimal(field.text, *currency);
    if (!money) return refuse(member, money.error().detail);
    out = *money;
  }
  void refuse_below(std::string_view member, std::string detail) {
    if (record_.has_below(source(member))) refuse(member, std::move(detail));
  }
  void refuse_once(std::string_view member, std::string detail) {
    const bool known = std::any_of(errors_.begin(), errors_.end(), [&](const auto& e) { return e.param == member; });
    if (!known) refuse(member, std::move(detail));
  }

  const ProductRecord& record_;
  const DraftReading& reading_;
  std::vector<FieldError>& errors_;
};

void read_variants(DraftReader& reader, ProductDraft& draft) {
  const std::string source = reader.source("variants");
  if (!reader.record().has_below(source)) return;
  const auto* whole = reader.record().find(source);
  const std::size_t count = reader.record().count_items(source);
  if (whole != nullptr && whole->kind != Kind::null && whole->kind != Kind::empty_array &&
      !(whole->kind == Kind::text && whole->text.empty() && !reader.strict())) {
    return reader.refuse("variants", "must be an array");
  }
  if (whole == nullptr && count == 0) return reader.refuse("variants", "must be an array");
  std::vector<VariantDraft> variants;
  for (std::size_t i = 0; i < std::min(count, ProductLimits::kVariantsMax + 1); ++i) {
    const std::string member = "variants[" + std::to_string(i) + "].";
    VariantDraft variant;
    std::string id;
    reader.text(member + "id", id);
    if (!id.empty()) {
      const auto parsed = VariantId::parse(id);
      if (parsed) variant.id = *parsed;
      if (!parsed) reader.refuse(member + "id", "is no id of a variant");
    }
    reader.text(member + "sku", variant.sku);
    reader.text(member + "name", variant.name);
    reader.price(member + "price", variant.price);
    reader.integer(member + "stock", variant.stock);
    const bool empty_cells = !reader.strict() && variant.sku.empty() && variant.name.empty() && !variant.price;
    if (!empty_cells) variants.push_back(std::move(variant));
  }
  draft.variants = std::move(variants);
}

}  // namespace

void read_draft(const ProductRecord& record, const DraftReading& reading, ProductDraft& draft,
                std::vector<FieldError>& errors) {
  DraftReader reader(record, reading, errors);
  reader.text("sku", draft.sku);
  reader.text("name", draft.name);
  reader.text("description", draft.description);
  reader.text("category", draft.category);
  reader.text("brand", draft.brand);
  reader.text("image", draft.image);
  std::optional<Money> price;
  if (draft.price.currency != Currency{}) price = draft.price;
  reader.price("price", price);
  draft.price = price.value_or(Money{});
  reader.integer("stock", draft.stock);
  read_variants(reader, draft);
}

Result<std::map<std::string, std::string, std::less<>>> parse_names(std::string_view text) {
  std::map<std::string, std::string, std::less<>> names;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto pair = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) {
      return fail_field("map", "'" + std::string(pair) + "' is not MEMBER=NAME");
    }
    const auto member = pair.substr(0, equals);
    const auto root = member.substr(0, member.find_first_of(".["));
    if (root != "currency" && std::find(kMembers.begin(), kMembers.end(), root) == kMembers.end()) {
      return fail_field("map", "a product has no member '" + std::string(member) + "'");
    }
    if (!names.emplace(member, pair.substr(equals + 1)).second) {
      return fail_field("map", "'" + std::string(member) + "' is mapped twice");
    }
  }
  return names;
}

}  // namespace jangteo
