// k6 twin of the Gatling scenario: GET /api/products (200), pause 1-3 s, POST /api/orders (201); users per second grow from 10 to 100 within
// 5 minutes, then 100 per second for 10 minutes.
//
// Differences from the original text are the Gatling scenario's: ids are saved from the first answer, the order has a Content-Type. k6 draws
// users from a pool (at most 1,000 at once; each lives 1-3 s) and ends them 30 s after the last stage at the latest. BASE_URL, USERS_FROM,
// USERS_TO, RAMP and STEADY (environment) shorten it.
import http from "k6/http";
import { check, sleep } from "k6";

const baseUrl = __ENV.BASE_URL || "http://127.0.0.1:8080";
const usersTo = Number(__ENV.USERS_TO || 100);

export const options = {
  scenarios: {
    browseAndBuy: {
      executor: "ramping-arrival-rate",
      startRate: Number(__ENV.USERS_FROM || 10),
      timeUnit: "1s",
      preAllocatedVUs: 4 * usersTo,
      maxVUs: 10 * usersTo,
      stages: [
        { duration: __ENV.RAMP || "300s", target: usersTo },
        { duration: __ENV.STEADY || "600s", target: usersTo },
      ],
    },
  },
  thresholds: {
    http_req_failed: ["rate==0"],
    http_req_duration: ["p(95)<200", "p(99)<500"],
    checks: ["rate==1"],
    dropped_iterations: ["count==0"],
  },
};

export default function () {
  const list = http.get(`${baseUrl}/api/products`, { tags: { name: "GET /api/products" }, responseCallback: http.expectedStatuses(200) });
  if (!check(list, { "products answer 200": (one) => one.status === 200 })) return;
  const ids = list.json("data.#.id");
  sleep(1 + Math.random() * 2);
  const order = http.post(`${baseUrl}/api/orders`, JSON.stringify({ productId: ids[Math.floor(Math.random() * ids.length)] }), {
    headers: { "Content-Type": "application/json" },
    tags: { name: "POST /api/orders" },
    responseCallback: http.expectedStatuses(201),
  });
  check(order, { "order answers 201": (one) => one.status === 201 });
}
