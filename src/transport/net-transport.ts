/**
 * The transport over `node:net`: TCP and Unix sockets, on Node and Bun.
 *
 * Both sides are half-open by themselves: a FIN is told to the receiver, which decides what it
 * means. Nagle's algorithm is off, since a proxy writes whole messages and never keystrokes.
 */

import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import type {
  AcceptReceiver,
  DialReceiver,
  DialTarget,
  Listener,
  ListenTarget,
  Transport,
} from "./channel.ts";
import { NetChannel } from "./net-channel.ts";

/** Connections that wait to be accepted; the kernel cuts it to net.core.somaxconn. */
const backlog = 4_096;

export class NetTransport implements Transport {
  onFault: (error: unknown) => void = (error) => {
    throw error;
  };

  listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const { promise, resolve, reject } = Promise.withResolvers<Listener>();
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.on("connection", (socket) => this.#accept(socket, target, receiver));
    server.once("error", reject);
    const address =
      target.socketPath === undefined
        ? { port: target.port, ...(target.host === undefined ? {} : { host: target.host }) }
        : { path: target.socketPath };
    server.listen({ ...address, backlog }, () => {
      server.off("error", reject);
      server.on("error", (error) => receiver.onAcceptError(error));
      resolve(listenerOf(server));
    });
    return promise;
  }

  #accept(socket: Socket, target: ListenTarget, receiver: AcceptReceiver): void {
    try {
      const channel = new NetChannel(target, (error) => this.onFault(error));
      channel.accept(socket);
      receiver.onChannel(channel);
    } catch (error) {
      socket.destroy();
      this.onFault(error);
    }
  }

  dial(target: DialTarget, receiver: DialReceiver): () => void {
    const channel = new NetChannel(target, (error) => this.onFault(error));
    const address =
      target.socketPath === undefined
        ? { host: target.address, port: target.port }
        : { path: target.socketPath };
    const socket = connect({
      ...address,
      allowHalfOpen: true,
      noDelay: true,
      onread: channel.readOptions(),
    });
    let isSettled = false;
    const settle = (then: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      then();
    };
    const fail = (error: Error): void => settle(() => receiver.onDialFailed(error));
    socket.on("error", fail);
    socket.once("connect", () =>
      settle(() => {
        socket.off("error", fail);
        channel.dialled(socket);
        channel.guard(() => receiver.onDialed(channel));
      }),
    );
    return () => {
      socket.destroy();
      fail(new Error("the attempt was given up"));
    };
  }
}

function listenerOf(server: Server): Listener {
  const bound: AddressInfo | string | null = server.address();
  const isTcp = typeof bound === "object" && bound !== null;
  return {
    port: isTcp ? bound.port : 0,
    address: isTcp ? bound.address : (bound ?? ""),
    close: () => void server.close(),
  };
}
