/** The part of the package `http-proxy` that the benchmark uses: it brings no types of its own. */
declare module "http-proxy" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  interface ProxyServer {
    web(
      request: IncomingMessage,
      response: ServerResponse,
      options: object,
      onError: (error: Error) => void,
    ): void;
  }

  const httpProxy: {
    readonly createProxyServer: (options: object) => ProxyServer;
  };
  export default httpProxy;
}
