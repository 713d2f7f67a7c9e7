// `jangteo demo --url http://host:port`: simulated Korean and English shoppers look around and buy in a running shop
// until Ctrl-C or --seconds passed; what they did on standard output. Exit 0 ended well, 1 no shop answers there, 2 bad
// arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace jangteo {

struct ShopAddress {
  std::string host;
  std::uint16_t port = 80;
};

// "http://127.0.0.1:8080", also with a "/" at its end; empty for anything else.
std::optional<ShopAddress> parse_shop_url(std::string_view url);

void add_demo_command(CLI::App& app, int& exit_code);

}  // namespace jangteo
