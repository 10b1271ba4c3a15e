/** What a config may say of maintenance, beyond what every room can read. */

import { durationMs } from "../base/reader.ts";

/** What `Retry-After` says (RFC 9110 §10.2.3). */
export const retryAfterTime = durationMs({ min: "1s", max: "30d" });
