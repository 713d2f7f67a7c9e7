// k6 twin of products.jmx: 1,000 users, ramp-up 60 s, 300 s long in all, GET /api/products, every answer 200.
//
// Differences from the JMeter plan: k6's users are no threads; its ramp-up starts users evenly as JMeter's does; the service level is written
// as thresholds. BASE_URL, VUS, RAMP and STEADY (environment) shorten it.
import http from "k6/http";
import { check } from "k6";

const users = Number(__ENV.VUS || 1000);

export const options = {
  scenarios: {
    products: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: __ENV.RAMP || "60s", target: users },
        { duration: __ENV.STEADY || "240s", target: users },
      ],
      gracefulRampDown: "30s",
    },
  },
  thresholds: {
    http_req_failed: ["rate==0"],
    http_req_duration: ["p(95)<200", "p(99)<500"],
    checks: ["rate==1"],
  },
};

http.setResponseCallback(http.expectedStatuses(200));

export default function () {
  const answer = http.get(`${__ENV.BASE_URL || "http://127.0.0.1:8080"}/api/products`, { tags: { name: "GET /api/products" } });
  check(answer, { "answers 200": (one) => one.status === 200 });
}
