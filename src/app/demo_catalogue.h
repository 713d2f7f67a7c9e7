// What the shop sells in demo mode: about forty products with Korean and English names and drawn pictures. Constant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jangteo {

struct DemoProduct {
  std::string_view sku;
  std::string_view name;
  std::string_view description;
  std::string_view category;
  std::string_view brand;
  std::int64_t price_won;
  std::string_view icon;  // a file of demo_icons/
  int hue;                // of its background, degrees
};

// The first one is for flash sales: made first, it is on the last page of the default order.
std::span<const DemoProduct> demo_products();

// "/demo/images/7.svg" of product 7.
std::string demo_picture_path(std::size_t number);
// The picture behind the last part of such a path ("7.svg"); empty when there is none.
std::optional<std::string> demo_picture(std::string_view file_name);

}  // namespace jangteo
