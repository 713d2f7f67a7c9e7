package jangteo.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.time.Duration;

/**
 * The Gatling scenario of the service level. Each user reads the product list (200), thinks for 1-3 s and orders one piece (201). Users
 * arrive at a rate that grows from 10 to 100 per second within 5 minutes and stays at 100 per second for 10 minutes: 76,500 orders.
 *
 * <p>Differences from the text it follows:
 *
 * <ul>
 *   <li>that text uses ${productId} without ever setting it; here the ids of the first answer are saved and each user orders one of them;
 *   <li>that text sends the order without a Content-Type; here it is application/json, as the contract names it (the server takes both);
 *   <li>host, port, rates and durations are system properties with the original's figures as defaults, so that a short form exists;
 *   <li>its verdict is written down as assertions: no failure, 95 % under 200 ms, 99 % under 500 ms.
 * </ul>
 */
public class BrowseAndBuySimulation extends Simulation {
  private static final String BASE_URL = System.getProperty("baseUrl", "http://127.0.0.1:8080");
  private static final double USERS_PER_S_FROM = Double.parseDouble(System.getProperty("usersPerSecFrom", "10"));
  private static final double USERS_PER_S_TO = Double.parseDouble(System.getProperty("usersPerSecTo", "100"));
  private static final Duration RAMP = Duration.ofSeconds(Long.getLong("rampSeconds", 300));
  private static final Duration STEADY = Duration.ofSeconds(Long.getLong("steadySeconds", 600));

  private final HttpProtocolBuilder protocol = http.baseUrl(BASE_URL).acceptHeader("application/json");

  private final ScenarioBuilder browseAndBuy =
      scenario("Browse and buy")
          .exec(
              http("GET /api/products")
                  .get("/api/products")
                  .check(status().is(200))
                  .check(jsonPath("$.data[*].id").findRandom().saveAs("productId")))
          .exitHereIfFailed()
          .pause(Duration.ofSeconds(1), Duration.ofSeconds(3))
          .exec(
              http("POST /api/orders")
                  .post("/api/orders")
                  .header("Content-Type", "application/json")
                  .body(StringBody("{\"productId\": \"#{productId}\"}"))
                  .check(status().is(201)));

  {
    setUp(
            browseAndBuy.injectOpen(
                rampUsersPerSec(USERS_PER_S_FROM).to(USERS_PER_S_TO).during(RAMP), constantUsersPerSec(USERS_PER_S_TO).during(STEADY)))
        .protocols(protocol)
        .assertions(
            global().failedRequests().count().is(0L),
            global().responseTime().percentile(95.0).lt(200),
            global().responseTime().percentile(99.0).lt(500));
  }
}
