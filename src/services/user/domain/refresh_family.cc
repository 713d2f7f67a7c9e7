#include "services/user/domain/refresh_family.h"

#include "base/assert.h"

namespace jangteo {

RefreshVerdict judge_refresh(const RefreshFamily& family, const PresentedRefresh& presented, Timestamp now) {
  JT_ASSERT(presented.position <= family.position, "no refresh token is newer than its family");
  if (family.revoked || presented.expires_at <= now) return RefreshVerdict::refused;
  return presented.position == family.position ? RefreshVerdict::rotate : RefreshVerdict::reused;
}

}  // namespace jangteo
