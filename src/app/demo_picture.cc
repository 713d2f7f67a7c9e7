// The pictures of the demo's products: a soft two-tone ground, a light behind, an icon of demo_icons/ and its shadow.
// Icons are whole SVG files of 200 x 200; white is their paper, `currentColor` their ink.
#include <charconv>

#include "app/demo_catalogue.h"
#include "app/embedded_files.h"

namespace jangteo {

namespace {

std::string_view icon(std::string_view name) {
  for (const auto& file : demo_icons()) {
    if (file.path.ends_with(".svg") && file.path.substr(0, file.path.size() - 4) == name) return file.bytes;
  }
  return {};
}

// $1 $2 the ground, $3 the shadow, $4 the ink, $5 the icon.
constexpr std::string_view kPicture =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" width="480" height="480">
<defs>
  <linearGradient id="ground" x1="0" y1="0" x2="1" y2="1">
    <stop offset="0" stop-color="$1"/><stop offset="1" stop-color="$2"/>
  </linearGradient>
  <radialGradient id="light">
    <stop offset="0" stop-color="#fff" stop-opacity=".75"/><stop offset="1" stop-color="#fff" stop-opacity="0"/>
  </radialGradient>
</defs>
<rect width="480" height="480" fill="url(#ground)"/>
<circle cx="170" cy="150" r="230" fill="url(#light)"/>
<circle cx="420" cy="430" r="120" fill="#fff" opacity=".12"/>
<circle cx="60" cy="440" r="60" fill="#fff" opacity=".1"/>
<ellipse cx="240" cy="384" rx="122" ry="16" fill="$3" opacity=".22"/>
<svg x="110" y="104" width="260" height="260" color="$4">$5</svg>
</svg>)svg";

std::string color(int hue, int saturation, int lightness) {
  return "hsl(" + std::to_string(hue % 360) + "," + std::to_string(saturation) + "%," + std::to_string(lightness) +
         "%)";
}

std::string draw(const DemoProduct& product) {
  const std::string fillings[] = {color(product.hue, 60, 84), color(product.hue + 24, 46, 66),
                                  color(product.hue + 20, 50, 25), color(product.hue + 8, 52, 44),
                                  std::string(icon(product.icon))};
  std::string out;
  for (std::size_t i = 0; i < kPicture.size(); ++i) {
    if (kPicture[i] == '$') {
      out += fillings[kPicture[++i] - '1'];
    } else {
      out += kPicture[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> demo_picture(std::string_view file_name) {
  if (!file_name.ends_with(".svg")) return {};
  file_name.remove_suffix(4);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(file_name.data(), file_name.data() + file_name.size(), number);
  if (error != std::errc() || end != file_name.data() + file_name.size()) return {};
  const auto products = demo_products();
  if (number >= products.size()) return {};
  return draw(products[number]);
}

}  // namespace jangteo
