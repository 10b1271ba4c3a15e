/**
 * A program for tests: logs to standard output much more than anybody reads, and says on standard
 * error how its event loop fared and what was dropped. Then it exits, if it can.
 */

import { AccessLog } from "../../src/observe/access-log.ts";
import { openLogSink } from "../../src/observe/open-log-sink.ts";
import { aRecord } from "./a-record.ts";

const lines = Number(process.argv[2]);
const tickCount = 5;

const log = new AccessLog(openLogSink(undefined));
let ticks = 0;
const timer = setInterval(() => {
  for (let line = 0; line < lines / tickCount; line++) log.write(aRecord);
  log.flush();
  ticks += 1;
  if (ticks === tickCount) void stop();
}, 20);

async function stop(): Promise<void> {
  clearInterval(timer);
  await log.close();
  process.stderr.write(JSON.stringify({ ticks, droppedLines: log.droppedLines }));
  process.exit(0);
}
