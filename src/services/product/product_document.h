// A product as it is stored: one JSON document, times in milliseconds so that indexes order them.
//   {"id","sku","name","description","category","brand"?,"price":{"amount","currency"},"image"?,"createdAt":ms,
//    "updatedAt":ms,"variants":[{"id","sku","name"?,"price"?}]}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "services/product/domain/product.h"

namespace jangteo {

std::string to_document(const Product& product);
// `internal` when the document is no product: damage, named by its id.
Result<Product> from_document(std::string_view json, std::int64_t version);

}  // namespace jangteo
