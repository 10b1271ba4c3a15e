/**
 * Upstreams as a user writes them: `10.0.0.1:8080`, `:3000` (this machine), `http://app:80/base`,
 * `unix:/run/app.sock`. Nothing in a request can become one (threat 69): they are read from the
 * config, once.
 */

import { describe, reject, shaped, type Wrong } from "../base/reader.ts";
import type { Shape } from "../base/shape.ts";
import type { UpstreamAddress } from "./options.ts";

const portMax = 65_535;

/** What the kernel's `sun_path` holds on Linux, less the zero at its end. */
const socketPathBytesMax = 107;

const example = 'such as "localhost:3000" or "http://10.0.0.1:8080"';

const upstreamShape: Shape = {
  type: "string",
  pattern: String.raw`^(?:unix:/|[Hh][Tt][Tt][Pp]://|[^/]*:\d+$)`,
  called: "an upstream",
};

export const upstreamAddress = shaped(upstreamShape, (value, reporter): UpstreamAddress => {
  const read = typeof value === "string" ? readUpstreamAddress(value) : notText(value);
  return "message" in read ? reject(reporter, read) : read;
});

function notText(value: unknown): Wrong {
  const isPort = typeof value === "number" && Number.isInteger(value) && value > 0;
  return {
    message: `want an upstream, found ${describe(value)}`,
    ...(isPort ? { hint: `write ":${value}"` } : { help: `write one ${example}` }),
  };
}

/** The address, or what is wrong with it. */
export function readUpstreamAddress(text: string): UpstreamAddress | Wrong {
  // What a request says may never choose the server (CVE-2021-40438 of httpd).
  if (/\$\{?[a-z]/i.test(text)) {
    return wrong(text, "write the address itself: a request cannot choose its upstream");
  }
  if (text.startsWith("unix:")) return readSocket(text);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http") return readUrl(text);
  if (scheme !== undefined) return otherScheme(text, scheme);
  if (text.includes("/")) {
    return wrong(text, `write "http://${text}" if the path is part of the upstream`);
  }
  return readHostAndPort(text, text, "");
}

function readSocket(text: string): UpstreamAddress | Wrong {
  const socketPath = text.slice("unix:".length);
  if (!socketPath.startsWith("/")) return wrong(text, 'write "unix:/path/of/the.sock"');
  if (new TextEncoder().encode(socketPath).length > socketPathBytesMax) {
    return wrong(text, `a socket's path has at most ${socketPathBytesMax} bytes`);
  }
  return { label: text, host: "", port: 0, socketPath, basePath: "" };
}

function otherScheme(text: string, scheme: string): Wrong {
  const rest = text.slice(scheme.length + "://".length);
  if (scheme === "ws") {
    return wrong(text, `write "http://${rest}": WebSocket passes by itself`);
  }
  if (["https", "wss", "h2c", "h2", "grpc", "grpcs"].includes(scheme)) {
    const message = `upstreams by ${scheme}:// are not available in this version`;
    return { kind: "unavailable", message, help: `use "http://${rest}" if it speaks that too` };
  }
  return wrong(text, "an upstream speaks http://");
}

function readUrl(text: string): UpstreamAddress | Wrong {
  const rest = text.slice("http://".length);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const basePath = slash < 0 ? "" : rest.slice(slash).replace(/\/+$/, "");
  if (authority.includes("@")) {
    const masked = text.replace(/\/\/.*@/, "//***@");
    return wrong(masked, "name and password cannot stand in an upstream");
  }
  if (!isBasePath(basePath)) return wrong(text, "its path holds what a path cannot");
  const hasPort = /:\d*$/.test(authority);
  return readHostAndPort(text, hasPort ? authority : `${authority}:80`, basePath);
}

/** No query, nothing that has to be escaped, and no step upwards. */
function isBasePath(path: string): boolean {
  if (/\/\.{1,2}(?:\/|$)/.test(path) || path.includes("//")) return false;
  return /^(?:[A-Za-z0-9/._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/.test(path);
}

function readHostAndPort(
  label: string,
  authority: string,
  basePath: string,
): UpstreamAddress | Wrong {
  const colon = authority.lastIndexOf(":");
  if (colon <= authority.lastIndexOf("]")) {
    return wrong(label, `it needs a port: "${label}:80", or whatever it listens on`);
  }
  const port = Number(authority.slice(colon + 1));
  if (!/^\d{1,5}$/.test(authority.slice(colon + 1)) || port < 1 || port > portMax) {
    return wrong(label, `a port is a number from 1 to ${portMax}`);
  }
  const name = authority.slice(0, colon);
  if (name === "" && label.startsWith(":")) {
    return { label: `localhost:${port}`, host: "localhost", port, socketPath: undefined, basePath };
  }
  const host = readHost(name);
  if (host === undefined) return wrong(label, `write one ${example}`);
  return { label, host, port, socketPath: undefined, basePath };
}

/** Without brackets; undefined: neither name nor address. Docker's names have underscores. */
function readHost(name: string): string | undefined {
  const inBrackets = /^\[([0-9A-Fa-f:.]{2,45})\]$/.exec(name)?.[1];
  if (inBrackets !== undefined) return inBrackets.includes(":") ? inBrackets : undefined;
  if (/^[\d.]+$/.test(name)) return isIpv4(name) ? name : undefined;
  if (name.length > 253 || !/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(name)) {
    return undefined;
  }
  return name.includes("..") ? undefined : name.toLowerCase();
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  );
}

function wrong(text: string, help: string): Wrong {
  return { message: `cannot read the upstream ${describe(text)}`, help };
}
