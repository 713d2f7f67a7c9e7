// Feeds files to the reader of imports; whatever it gives becomes a draft and is checked, as an import would.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "services/product/import_reader.h"
#include "services/product/product_draft_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jangteo;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  DraftReading reading;
  reading.strict = false;
  reading.currency = Currency::parse("USD");
  ImportReader reader(text);
  std::uint64_t records = 0;
  while (auto one = reader.next()) {
    JT_ASSERT(++records <= size + 1, "a file has no more records than bytes");
    if (!one->record) continue;
    for (const auto& field : one->record->fields()) {
      JT_ASSERT(is_utf8(field.text) && is_utf8(field.path), "what was read is UTF-8");
    }
    ProductDraft draft;
    std::vector<FieldError> errors;
    read_draft(*one->record, reading, draft, errors);
    errors = check_draft(draft);
    JT_ASSERT(!errors.empty() || (draft.price.amount >= 0 && !draft.sku.empty()), "a checked draft keeps the rules");
  }
  return 0;
}
