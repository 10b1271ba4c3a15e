/**
 * The smallest proxy that the documentation of the npm package `http-proxy` shows, as a program:
 * `node http-proxy-server.ts PORT UPSTREAM_PORT BIG_UPSTREAM_PORT`.
 *
 * It has no agent, which is its default: every request dials the upstream anew.
 */

import { createServer } from "node:http";
import httpProxy from "http-proxy";
import { bigPaths } from "./upstream.ts";

const [port, upstreamPort, bigUpstreamPort] = process.argv.slice(2).map(Number);

/** Idle connections are counted for longer than Node's default of a few seconds keeps them. */
const keepAliveMs = 300_000;

const proxy = httpProxy.createProxyServer({});
const target = `http://127.0.0.1:${upstreamPort}`;
const bigTarget = `http://127.0.0.1:${bigUpstreamPort}`;
const server = createServer((request, response) => {
  const isBig = bigPaths.some((path) => path === request.url);
  proxy.web(request, response, { target: isBig ? bigTarget : target }, () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
});
server.keepAliveTimeout = keepAliveMs;
server.listen({ port, host: "127.0.0.1", backlog: 4096 });
