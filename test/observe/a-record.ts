/** An ordinary exchange's record, for tests to change one thing in. */

import type { AccessRecord } from "../../src/observe/access-record.ts";

export const aRecord: AccessRecord = {
  timeMs: Date.UTC(2026, 10, 23, 12, 0, 0, 7),
  route: "example.com /api/*",
  method: "GET",
  target: "/api/items?id=1&page=2",
  host: "example.com",
  clientIp: "192.0.2.7",
  user: "",
  version: "1.1",
  referer: "",
  userAgent: "",
  fields: [],
  status: 200,
  requestBytes: 0,
  responseBytes: 1024,
  durationMs: 1.5,
  firstByteMs: 1.25,
  upstream: "10.0.0.11:8080",
  upstreamMs: 1.0004,
  connectMs: 0,
  failure: "",
  requestId: "abc-1",
};
