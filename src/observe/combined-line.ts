/**
 * One exchange as nginx's `combined` has it, byte for byte, which nearly every log tool reads:
 *
 *   192.0.2.7 - - [23/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1024 "-" "curl/8.5.0"
 *
 * Its time is when the exchange ended, as there. The user is one whose password was right: nobody
 * else is known by a name.
 */

import type { AccessRecord, WriteLine } from "./access-record.ts";
import { fitted } from "./cut-record.ts";
import { bytesRules, escapedBytes } from "./escaped-bytes.ts";
import { commonLogTime } from "./line-time.ts";

const versionNames = { "1.0": "HTTP/1.0", "1.1": "HTTP/1.1", "2": "HTTP/2.0" } as const;

export const writeCombinedLine: WriteLine = fitted(join, bytesRules);

function join(record: AccessRecord): string {
  const { method, target, version, status, responseBytes } = record;
  const request =
    method === "" ? "-" : escapedBytes(`${method} ${target} ${versionNames[version]}`);
  return (
    `${escapedBytes(record.clientIp) || "-"} - ${userOf(record)} ` +
    `[${commonLogTime(record.timeMs + record.durationMs)}] "${request}" ` +
    `${status === 0 ? "000" : status} ${responseBytes} ` +
    `"${escapedBytes(record.referer) || "-"}" "${escapedBytes(record.userAgent) || "-"}"\n`
  );
}

/** Its spaces are escaped too, or one could not tell where it ends. */
function userOf({ user }: AccessRecord): string {
  return escapedBytes(user).replaceAll(" ", "\\x20") || "-";
}
