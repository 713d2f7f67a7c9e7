#include "services/product/product_import.h"

#include <unordered_map>
#include <utility>

#include "base/json.h"
#include "runtime/file.h"
#include "services/product/import_reader.h"
#include "services/product/product_images.h"

namespace jangteo {

namespace {

struct PendingItem {
  std::uint64_t number;
  std::string sku;
  bool has_picture;
};

void add_failure(ImportReport& report, std::uint64_t number, std::string sku, Error error) {
  ++report.failed;
  if (report.failures.size() < ImportReport::kFailuresKept) {
    report.failures.push_back({number, std::move(sku), std::move(error)});
  }
}

Error refused(std::vector<FieldError> fields) {
  std::string detail = fields.front().param + " " + fields.front().detail;
  return Error{ErrorCode::invalid, std::move(detail), std::move(fields), 0, {}};
}

void give_stock(ProductDraft& draft, std::optional<std::int64_t> stock) {
  if (draft.variants.empty() && !draft.stock) draft.stock = stock;
  for (auto& variant : draft.variants) {
    if (!variant.stock) variant.stock = draft.stock ? draft.stock : stock;
  }
  if (!draft.variants.empty()) draft.stock.reset();
}

// The file <sku>.<type> in `directory`; empty when there is none.
Result<std::optional<std::string>> read_picture(const std::string& directory, const std::string& sku) {
  if (sku.find('/') != std::string::npos || sku.starts_with('.')) return std::nullopt;
  for (const char* extension : {"webp", "png", "jpg", "jpeg", "svg"}) {
    auto bytes = read_file(directory + "/" + sku + "." + extension, ProductImages::kBytesMax);
    if (bytes) return std::optional<std::string>(std::move(*bytes));
    if (bytes.error().code != ErrorCode::not_found) return fail(std::move(bytes.error()));
  }
  return std::nullopt;
}

}  // namespace

Task<ImportResult> import_products(Call call, std::string_view text, ImportOptions options, ImportTarget* target) {
  using Kind = ProductImportOutcome::Kind;
  options.reading.strict = false;
  ImportResult result;
  ImportReport& report = result.report;
  ImportReader reader(text);
  report.unit = reader.unit();
  report.dry_run = options.dry_run;
  std::unordered_map<std::string, std::uint64_t> seen;
  bool more = true;
  while (more) {
    std::vector<PendingItem> pending;
    std::vector<ProductImportItem> items;
    while (more && items.size() < target->batch_max()) {
      auto one = reader.next();
      if (!one) {
        more = false;
        break;
      }
      if (!one->record) {
        add_failure(report, one->number, {}, std::move(one->record.error()));
        continue;
      }
      ProductImportItem item;
      std::vector<FieldError> errors;
      read_draft(*one->record, options.reading, item.draft, errors);
      ProductDraft& draft = item.draft;
      give_stock(draft, options.stock);
      if (errors.empty()) errors = check_draft(draft);
      const auto [earlier, is_new] = seen.emplace(draft.sku, one->number);
      if (errors.empty() && !is_new) {
        errors.push_back(
            {"sku", "sku_taken", "came before, at " + report.unit + " " + std::to_string(earlier->second)});
      }
      bool has_picture = false;
      if (errors.empty() && !options.pictures_directory.empty()) {
        auto picture = read_picture(options.pictures_directory, draft.sku);
        Result<std::string> path;
        if (picture && *picture) path = target->keep_picture(**picture, options.dry_run);
        if (!picture || !path) {
          const Error& error = picture ? path.error() : picture.error();
          errors.push_back({"image", std::string(slug(error.code)), error.detail});
        } else if (*picture) {
          draft.image = std::move(*path);
          has_picture = true;
        }
      }
      if (!errors.empty()) {
        add_failure(report, one->number, draft.sku, refused(std::move(errors)));
        continue;
      }
      item.names_variants = !draft.variants.empty();
      item.names_image = !draft.image.empty();
      pending.push_back({one->number, draft.sku, has_picture});
      items.push_back(std::move(item));
    }
    if (items.empty()) continue;
    auto outcomes = co_await target->import(call, std::move(items), options.dry_run);
    if (!outcomes) {
      for (auto& one : pending) add_failure(report, one.number, std::move(one.sku), outcomes.error());
      result.status = fail(std::move(outcomes.error()));
      break;
    }
    for (std::size_t i = 0; i < pending.size(); ++i) {
      auto& outcome = (*outcomes)[i];
      if (outcome.kind == Kind::failed) {
        add_failure(report, pending[i].number, std::move(pending[i].sku), std::move(outcome.error));
        continue;
      }
      report.created += outcome.kind == Kind::created ? 1 : 0;
      report.updated += outcome.kind == Kind::updated ? 1 : 0;
      report.unchanged += outcome.kind == Kind::unchanged ? 1 : 0;
      report.pictures += pending[i].has_picture ? 1 : 0;
    }
  }
  co_return result;
}

std::string ImportReport::to_json() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("created", created)
      .field("updated", updated)
      .field("unchanged", unchanged)
      .field("failed", failed)
      .field("pictures", pictures)
      .field("dryRun", dry_run)
      .key("failures")
      .begin_array();
  for (const auto& failure : failures) {
    json.begin_object().field(unit, failure.number);
    if (!failure.sku.empty()) json.field("sku", failure.sku);
    json.field("code", slug(failure.error.code)).field("detail", failure.error.detail).key("errors").begin_array();
    for (const auto& field : failure.error.fields) {
      json.begin_object()
          .field("param", field.param)
          .field("code", field.code)
          .field("detail", field.detail)
          .end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string ImportReport::to_text() const {
  std::string out;
  for (const auto& failure : failures) {
    out += unit + " " + std::to_string(failure.number);
    if (!failure.sku.empty()) out += " (sku " + failure.sku + ")";
    out += ": failed:";
    if (failure.error.fields.empty())
      out += " " + failure.error.detail + " (" + std::string(slug(failure.error.code)) + ")";
    for (const auto& field : failure.error.fields) {
      out += " " + field.param + " " + field.detail + " (" + field.code + ");";
    }
    if (out.back() == ';') out.pop_back();
    out += "\n";
  }
  if (failed > failures.size()) out += std::to_string(failed - failures.size()) + " more failed\n";
  out += std::string(dry_run ? "dry run, nothing was changed: " : "") + std::to_string(created) + " created, " +
         std::to_string(updated) + " updated, " + std::to_string(unchanged) + " unchanged, " + std::to_string(failed) +
         " failed, " + std::to_string(pictures) + " pictures\n";
  return out;
}

}  // namespace jangteo
