/** What the access log says of what a client says on one connection to a proxy. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { recorded, type Recorded, type RecordedOptions } from "./recorded.ts";

export interface LoggedOptions extends Omit<RecordedOptions, "config"> {
  /** `logs.access` of the config. */
  readonly access?: object;
  /** The only site; by default the recorder. */
  readonly site?: (to: string) => unknown;
  /** How many answers are waited for. */
  readonly answers?: number;
  /** What is done in place of that, after the client has spoken. */
  readonly act?: (parties: Recorded) => Promise<void>;
}

/** The lines of the log, without their ends, after every exchange is over. */
export async function linesLogged(wire: string, options: LoggedOptions = {}): Promise<string[]> {
  const { access = {}, site = (to: string): unknown => to, answers = 1, act, ...rest } = options;
  const folder = mkdtempSync(join(tmpdir(), "foregate-test-"));
  const file = join(folder, "access.log");
  const config = (to: string): unknown => ({ sites: { "*": site(to) }, logs: { access } });
  try {
    await recorded({ ...rest, config, accessLogFile: file }, async (parties) => {
      parties.client.say(wire);
      if (act !== undefined) await act(parties);
      else for (let at = 0; at < answers; at++) await parties.client.expect("HTTP/1.1 ");
      await parties.proxy.settled();
    });
    const text = readFileSync(file, "utf8");
    assert.ok(text === "" || text.endsWith("\n"));
    return text.split("\n").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
