#include "services/@name@/@name@_routes.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "services/@name@/@name@_fixture.h"

namespace jangteo {

namespace {

class @Name@RoutesTest : public testing::Test {
 protected:
  @Name@RoutesTest() { router_.add(fixture_.module->routes()); }

  HttpResponse send(HttpMethod method, std::string target, std::string body = {}) {
    HttpRequest request;
    request.method = method;
    request.set_target(std::move(target));
    request.body = std::move(body);
    const auto match = router_.match(request);
    EXPECT_NE(match.route, nullptr);
    return fixture_.runner.run(match.route->handle(&request));
  }

  @Name@Fixture fixture_;
  Router router_;
};

}  // namespace

TEST_F(@Name@RoutesTest, AnswersACreatedOneWithItsLocation) {
  const auto created = send(HttpMethod::post, "/api/@path@", R"({"title":"장터"})");
  ASSERT_EQ(created.status, 201);
  ASSERT_EQ(created.headers.size(), 1u);
  const auto found = send(HttpMethod::get, created.headers[0].second);
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.body, created.body);
}

TEST_F(@Name@RoutesTest, RefusesABadBodyAndAnUnknownIdWithAProblem) {
  EXPECT_EQ(send(HttpMethod::post, "/api/@path@", "{").status, 400);
  EXPECT_EQ(send(HttpMethod::post, "/api/@path@", R"({"title":7})").status, 422);
  EXPECT_EQ(send(HttpMethod::get, "/api/@path@/@prefix@0").status, 404);
}

}  // namespace jangteo
