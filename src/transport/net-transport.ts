/**
 * The transport over `node:net`: TCP and Unix sockets, on Node and Bun.
 *
 * Both sides are half-open by themselves: a FIN is told to the receiver, which decides what it
 * means. Nagle's algorithm is off, since a proxy writes whole messages and never keystrokes.
 */

import { createServer, connect, Socket, type AddressInfo, type Server } from "node:net";
import { handleOf, takeHandles, type SocketHandle } from "./accepted-handles.ts";
import type {
  AcceptReceiver,
  DialReceiver,
  DialTarget,
  Listener,
  ListenTarget,
  Transport,
} from "./channel.ts";
import { listenOn, type Where } from "./listen-on.ts";
import { NetChannel } from "./net-channel.ts";
import { passedSocket } from "./passed-socket.ts";
import { isTaken, SocketFile } from "./socket-file.ts";

/** Connections that wait to be accepted; the kernel cuts it to net.core.somaxconn. */
export const backlog = 4_096;

/**
 * Whether several may listen at one port, and the kernel spreads connections among them. Others
 * than Linux have an option that is called the same, and gives all to the last one.
 */
export const canSharePorts = process.platform === "linux";

/** Only TCP connections are moved between threads, which the runtime of this one can or not. */
export const canMoveSockets = process.versions["bun"] === undefined;

const anywhere: ListenTarget = { host: undefined, port: 0, socketPath: undefined };

export class NetTransport implements Transport {
  onFault: (error: unknown) => void = (error) => {
    throw error;
  };

  async listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const { socketPath } = target;
    if (target.passed !== undefined) return await this.#listenPassed(target, receiver);
    if (socketPath === undefined) return await this.#listenTcp(target, receiver);
    if (target.takesOver !== true && (await isTaken(socketPath))) throw takenError(socketPath);
    const file = new SocketFile(socketPath);
    const server = this.#serverOf(target, receiver);
    await listenOn(server, { path: file.boundPath, backlog }, (error) =>
      receiver.onAcceptError(error),
    );
    file.putInPlace();
    return {
      port: 0,
      address: socketPath,
      close() {
        server.close();
        file.remove();
      },
    };
  }

  async #listenTcp(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const { host, port, reusesPort } = target;
    const where = { port, reusePort: reusesPort === true, backlog };
    return await this.#listenAt(host === undefined ? where : { ...where, host }, target, receiver);
  }

  async #listenPassed(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const fd = passedSocket(target.passed ?? "");
    return await this.#listenAt({ fd, backlog }, target, receiver);
  }

  async #listenAt(where: Where, target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const server = this.#serverOf(target, receiver);
    await listenOn(server, where, (error) => receiver.onAcceptError(error));
    const bound = server.address() as AddressInfo | string;
    const { address, port } = typeof bound === "string" ? { address: bound, port: 0 } : bound;
    return { port, address, close: () => void server.close() };
  }

  adopt(socket: Socket, receiver: AcceptReceiver): void {
    const handle = handleOf(socket);
    if (handle === undefined) this.#accept(socket.setNoDelay(true), anywhere, receiver);
    else this.#acceptHandle(handle, anywhere, receiver);
  }

  #serverOf(target: ListenTarget, receiver: AcceptReceiver): Server {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.on("connection", (socket) => this.#accept(socket, target, receiver));
    server.on("listening", () =>
      takeHandles(server, (handle) => this.#acceptHandle(handle, target, receiver)),
    );
    return server;
  }

  /** Where the runtime gives handles, this is how every connection comes in. */
  #acceptHandle(handle: SocketHandle, target: ListenTarget, receiver: AcceptReceiver): void {
    const channel = this.#channelTo(target);
    // `handle` is how the runtime's own server makes its sockets; the types know it otherwise.
    const options: object = { handle, allowHalfOpen: true, onread: channel.readOptions() };
    let socket: Socket | undefined;
    try {
      socket = new Socket(options).setNoDelay(true);
      channel.link(socket);
      receiver.onChannel(channel);
    } catch (error) {
      if (socket === undefined) handle.close();
      else socket.destroy();
      this.onFault(error);
    }
  }

  #accept(socket: Socket, target: ListenTarget, receiver: AcceptReceiver): void {
    try {
      const channel = this.#channelTo(target);
      channel.linkReading(socket);
      receiver.onChannel(channel);
    } catch (error) {
      socket.destroy();
      this.onFault(error);
    }
  }

  #channelTo(target: ListenTarget | DialTarget): NetChannel {
    return new NetChannel(target, (error) => this.onFault(error));
  }

  dial(target: DialTarget, receiver: DialReceiver): () => void {
    const channel = this.#channelTo(target);
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
        channel.link(socket);
        channel.guard(() => receiver.onDialed(channel));
      }),
    );
    return () => {
      socket.destroy();
      fail(new Error("the attempt was given up"));
    };
  }
}

function takenError(path: string): Error {
  const message = `listen EADDRINUSE: address already in use ${path}`;
  return Object.assign(new Error(message), { code: "EADDRINUSE", syscall: "listen" });
}
