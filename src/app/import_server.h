// The target of an import into a running server, over its HTTP routes: products are looked up by sku, created by POST,
// changed by PATCH under their version; pictures follow by PUT. Needs a token with the role catalog. Stock of products
// that exist is left alone. On one loop, which it does not outlive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "net/http_client.h"
#include "services/product/product_import.h"

namespace jangteo {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 80;
};
// "http://host:port" or "http://host"; `invalid` for anything else.
Result<ServerAddress> parse_server_address(std::string_view url);

class ImportServer final : public ImportTarget {
 public:
  ImportServer(ServerAddress address, std::string token, Loop& loop);
  ~ImportServer() override;

  std::size_t batch_max() const override { return 50; }  // bounds the pictures that wait in memory
  Task<Result<std::vector<ProductImportOutcome>>> import(Call call, std::vector<ProductImportItem> items,
                                                         bool dry_run) override;
  Result<std::string> keep_picture(std::string_view bytes, bool dry_run) override;

 private:
  struct Batch;
  Task<int> work(Call call, Batch* batch);
  Task<Result<ProductImportOutcome>> import_one(Call call, const ProductImportItem* item, bool dry_run);
  Task<Result<HttpClientResponse>> ask(Call call, HttpMethod method, std::string target, std::string body,
                                       std::string if_match);

  ServerAddress address_;
  std::string token_;
  HttpClient client_;
  std::map<std::string, std::string> pictures_;  // of the running batch: bytes by the path that will show them
};

}  // namespace jangteo
