/**
 * The demo upstream: a small site with one of each kind of traffic that a proxy has to carry.
 *
 *   pages and pictures · forms · events · a WebSocket · slow, large and uploaded bodies · a login
 *
 * It is plain `node:http` on the loopback address and knows nothing of Foregate: what it shows of
 * it is what arrives in the request.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import { WebSocketServer } from "ws";

import { sendAsset } from "./assets.ts";
import { showForm, takeForm } from "./form-page.ts";
import { showAccount, showLogin, takeLogin, takeLogout } from "./login.ts";
import { clockPage, echoPage, errorPage, galleryPage, headersPage, homePage } from "./pages.ts";
import { clockEvents, largeFile, slowPage, takeUpload } from "./streams.ts";
import { sendText, type Visit } from "./visit.ts";

export interface DemoUpstream {
  readonly port: number;
  /** Cuts what is still open; resolves when nothing of it is left. */
  readonly close: () => Promise<void>;
}

type Handler = (visit: Visit) => void | Promise<void>;
type Methods = Readonly<Record<string, Handler>>;

const address = "127.0.0.1";

/** Above Foregate's limit, so that Foregate refuses a head first; Node's default is 16 KB. */
const headBytesMax = 64 * 1024;

/** Largest WebSocket message that is echoed: it is held whole. */
const messageBytesMax = 16 * 1024 * 1024;

const routes: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ["/", { GET: homePage }],
  ["/gallery", { GET: galleryPage }],
  ["/form", { GET: showForm, POST: takeForm }],
  ["/clock", { GET: clockPage }],
  ["/clock/events", { GET: clockEvents }],
  ["/echo", { GET: echoPage }],
  ["/slow", { GET: slowPage }],
  ["/headers", { GET: headersPage }],
  ["/login", { GET: showLogin, POST: takeLogin }],
  ["/account", { GET: showAccount }],
  ["/logout", { POST: takeLogout }],
  ["/large", { GET: largeFile }],
  ["/upload", { POST: takeUpload, PUT: takeUpload }],
  ["/healthz", { GET: (visit) => sendText(visit, "ok\n") }],
]);

export async function startDemoUpstream(
  options: { readonly port?: number } = {},
): Promise<DemoUpstream> {
  const server = createServer({ maxHeaderSize: headBytesMax });
  // A large upload may take longer than the five minutes that Node gives a whole request.
  server.requestTimeout = 0;
  const port = await listen(server, options.port ?? 0);

  const ownHost = `${address}:${port}`;
  server.on("request", (request, response) => void answer(request, response, ownHost));

  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax });
  server.on("upgrade", (request, socket, head) => upgrade(sockets, request, socket, head));

  return { port, close: () => close(server, sockets) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  ownHost: string,
): Promise<void> {
  const url = URL.parse(request.url ?? "", `http://${ownHost}`);
  const visit: Visit = { request, response, ownHost, url: url ?? new URL(`http://${ownHost}`) };
  try {
    if (url === null) errorPage(visit, 400, "The request target cannot be read.");
    else await route(visit);
  } catch (error) {
    // A client that left in the middle is daily bread; all else is a fault of this demo.
    if (response.destroyed || request.destroyed) response.destroy();
    else fail(visit, error);
  }
}

function route(visit: Visit): void | Promise<void> {
  const { request, response, url } = visit;
  const methods = routes.get(url.pathname);
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
  if (methods === undefined) {
    if (method === "GET" && sendAsset(visit)) return;
    errorPage(visit, 404, "There is no such page here.");
    return;
  }
  const handler = methods[method];
  if (handler !== undefined) return handler(visit);
  response.setHeader("Allow", Object.keys(methods).join(", "));
  errorPage(visit, 405, `This page does not know the method ${method}.`);
}

function fail(visit: Visit, error: unknown): void {
  process.stderr.write(`demo upstream: ${visit.url.pathname}: ${String(error)}\n`);
  if (visit.response.headersSent) visit.response.destroy();
  else errorPage(visit, 500, "The demo upstream has a fault; its terminal says which.");
}

/** Says back every message, text as text and bytes as bytes. */
function upgrade(
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on("error", () => socket.destroy());
  if (request.url?.split("?", 1)[0] !== "/echo/ws") {
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.on("error", () => webSocket.terminate());
    webSocket.on("message", (data, binary) => webSocket.send(data, { binary }));
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server, sockets: WebSocketServer): Promise<void> {
  return new Promise((resolve) => {
    // Also when it is closed already: then the callback gets an error, which is no matter.
    server.close(() => resolve());
    for (const webSocket of sockets.clients) webSocket.terminate();
    server.closeAllConnections();
  });
}
