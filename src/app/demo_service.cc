#include "app/demo_service.h"

#include <utility>

#include "base/bytes.h"
#include "runtime/entropy.h"
#include "runtime/file.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

struct AccountRow {
  const char* email;
  const char* name;
  const char* role;
};
constexpr AccountRow kAccounts[] = {
    {"owner@demo.example", "장터 사장님", "owner"},     {"seoyeon@demo.example", "김서연", "customer"},
    {"junho@demo.example", "이준호", "customer"},       {"emma@demo.example", "Emma Carter", "customer"},
    {"oliver@demo.example", "Oliver Reed", "customer"},
};

}  // namespace

DemoService::DemoService(DemoSettings settings, DemoDoors doors, Clock& clock)
    : settings_(std::move(settings)), doors_(std::move(doors)), clock_(clock) {}

DemoService::~DemoService() = default;

// The same at every start with the same data; 0600, because one account owns the shop.
Result<std::string> DemoService::password() const {
  const std::string path = settings_.data_directory + "/demo-password";
  auto kept = read_file(path, 256);
  if (kept && !kept->empty()) return kept->substr(0, kept->find('\n'));
  if (!kept && kept.error().code != ErrorCode::not_found) return std::unexpected(kept.error());
  const IdBytes random = random_id_bytes();
  const std::string made = to_base64url({reinterpret_cast<const char*>(random.data()), 12});
  JT_TRY(write_file_atomically(path, made + "\n", 0600));
  return made;
}

Task<Status> DemoService::fill() {
  const auto word = password();
  JT_CO_TRY(word);
  const auto products = demo_products();
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::int64_t pieces = i == 0 ? settings_.flash_sale_pieces : settings_.pieces_per_product;
    std::string image = demo_picture_path(i);
    auto product = co_await doors_.put_product(products[i], std::move(image), pieces);
    JT_CO_TRY(product);
    if (i == 0) flash_sale_product_ = *product;
  }
  accounts_.clear();
  for (const auto& row : kAccounts) {
    accounts_.push_back({row.email, row.name, *word, row.role});
    DemoAccount account = accounts_.back();
    auto made = co_await doors_.put_account(std::move(account));
    JT_CO_TRY(made);
  }
  co_return Status{};
}

void DemoService::start(TaskScope& scope, std::unique_ptr<DemoClient> client) {
  client_ = std::move(client);
  loop_ = Loop::current();
  scope_ = &scope;
  for (const auto& account : accounts_) {
    if (account.role == "customer") settings_.shoppers.logins.push_back({account.email, account.password});
  }
  flash_sale_ = std::make_unique<FlashSale>(*client_, clock_, doors_.set_available, settings_.flash_sale_connections);
  shoppers_ = std::make_unique<DemoShoppers>(*client_, settings_.shoppers);
  shoppers_->start(scope);
  started_.store(true, std::memory_order_release);
  log_info("demo.started",
           {{"shoppers", settings_.shoppers.shoppers}, {"orders_per_second", settings_.shoppers.orders_per_second}});
}

}  // namespace jangteo
