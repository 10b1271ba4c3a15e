/**
 * An upstream whose connections begin with a PROXY header: it reads that as we would, answers every
 * request, and says what came on which connection.
 */

import assert from "node:assert/strict";

import { readProxyHeader } from "../../src/wire/proxy-protocol/proxy-header.ts";
import { readRequest } from "./recorder.ts";
import { ScriptedUpstream } from "./scripted-upstream.ts";
import type { WireEnd } from "./wire-end.ts";

const okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

export interface AnnouncedUpstream {
  readonly upstream: ScriptedUpstream;
  /** `CONNECTION: HEADER, TARGET`: each request, in the order in which they came. */
  readonly heard: readonly string[];
}

/** `answer` is asked for each request; "" keeps silent. */
export async function startAnnouncedUpstream(
  answer: (line: string, connection: WireEnd) => string = () => okay,
): Promise<AnnouncedUpstream> {
  const heard: string[] = [];
  const upstream = new ScriptedUpstream("announced", (connection) => {
    const number = upstream.connections.length;
    let at = 0;
    connection.watch(() => {
      const header = headerOf(connection.received);
      if (header === undefined) return;
      at = Math.max(at, header.length);
      for (;;) {
        const found = readRequest(connection.received, at);
        if (found === undefined) break;
        at = found.end;
        const { line } = found.request;
        heard.push(`${number}: ${header.told}, ${line.split(" ")[1]}`);
        connection.say(answer(line, connection));
      }
      if (connection.isEnded) connection.end();
    });
  });
  await upstream.listen();
  return { upstream, heard };
}

interface Header {
  readonly length: number;
  /** `VERSION CLIENT > DESTINATION`, or `VERSION unknown`. */
  readonly told: string;
}

/** undefined: it is not whole yet. */
export function headerOf(received: string): Header | undefined {
  const header = readProxyHeader(Buffer.from(received, "latin1"));
  if (header.type === "need") return undefined;
  assert.ok(header.type === "whole", `no PROXY header: ${JSON.stringify(received.slice(0, 80))}`);
  const { length, source } = header;
  const version = received.startsWith("PROXY") ? "v1" : "v2";
  if (source === undefined) return { length, told: `${version} unknown` };
  const { address, port, destination } = source;
  const told = `${version} ${address} ${port} > ${destination.address} ${destination.port}`;
  return { length, told };
}
