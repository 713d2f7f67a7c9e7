// Reads a ProductDraft from a record: the body of a request (strict types) or a record of somebody's file (numbers may
// stand where text belongs, names may be mapped, a price may be a decimal). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/domain/product.h"
#include "services/product/product_record.h"

namespace jangteo {

struct DraftReading {
  bool strict = true;  // text is text and a price is {"amount","currency"}
  // Our member → the path in the record; a member that is not in it has its own name. "price" → "Cost" also maps
  // "price.amount" → "Cost.amount".
  std::map<std::string, std::string, std::less<>> names;
  std::optional<Currency> currency;  // of prices that come without one; decimals need it ("109.99" is 10999 of USD)
};

// Writes what the record says over `draft` (null takes a member away) and appends what cannot be read to `errors`.
// Members that the record does not have stay as they are; unknown ones are ignored.
void read_draft(const ProductRecord& record, const DraftReading& reading, ProductDraft& draft,
                std::vector<FieldError>& errors);

// "sku=Id,name=Title" → names; `invalid` names what is wrong.
Result<std::map<std::string, std::string, std::less<>>> parse_names(std::string_view text);

}  // namespace jangteo
