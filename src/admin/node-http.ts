/**
 * Node's own HTTP, for the few places that need it: an import statement reads everything that
 * `node:http` exports, and one of that, WebSocket, loads all of `fetch`: 36 ms of a start.
 */

export const { createServer, request } = process.getBuiltinModule("node:http");
