#include "services/payment/payment_module.h"

#include "delivery/delivery_schema.h"
#include "ports/sql_schema.h"
#include "services/payment/payment_schema.h"

namespace jangteo {

Status PaymentModule::migrate(SqlDatabase& database) {
  JT_TRY(apply_schema(database, "delivery", delivery_schema()));
  return apply_schema(database, "payment", payment_schema());
}

Status PaymentModule::open() {
  JT_TRY(migrate(*dependencies_.database));
  relay_ = std::make_unique<OutboxRelay>(*dependencies_.database, *dependencies_.log, *dependencies_.metrics);
  JT_TRY(relay_->open());
  service_ = std::make_unique<PaymentService>(*dependencies_.database, *dependencies_.log, provider_,
                                              *dependencies_.clock, *dependencies_.metrics);
  return service_->open();
}

void PaymentModule::start(TaskScope& scope) {
  relay_->start(scope);
  service_->start_all(scope);
}

void PaymentModule::wake() {
  provider_.stop();
  relay_->wake();
  service_->wake();
}

}  // namespace jangteo
