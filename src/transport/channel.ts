/**
 * The transport seam: what doors and upstream connections know of the network. A channel carries
 * bytes both ways; a transport listens and dials. The one that ships is `net-transport.ts`; tests
 * put a faulty twin in its place, and nothing above may notice which one it is.
 */

import type { Socket } from "node:net";

/** Whoever drives a channel. No call comes after `onClosed`, which comes exactly once. */
export interface ChannelReceiver {
  /** It is in the middle of a message: asked after a read, for the size of the next one. */
  readonly expectsMore: boolean;
  /**
   * The first `length` bytes of `buffer` were read; they are the receiver's during the call. What
   * it needs beyond it, it must `hold`.
   */
  onRead(buffer: Buffer, length: number): void;
  /** The other side has sent its FIN; writing may still be possible. */
  onReadEnd(): void;
  /** All that was queued has been taken by the kernel. */
  onDrained(): void;
  /** The channel is gone; `error` if it did not end in order. */
  onClosed(error: Error | undefined): void;
}

/** Both ends of a connection. */
export interface ConnectionEnds {
  /** The peer's IP address without brackets or zone; "" for a Unix socket. */
  readonly peerAddress: string;
  readonly peerPort: number;
  /** Where the peer has connected to; "" and 0 for a Unix socket. */
  readonly localAddress: string;
  readonly localPort: number;
}

export interface Channel extends ConnectionEnds {
  /** Set by whoever takes the channel over, before anything else is called. */
  receiver: ChannelReceiver;
  /** Bytes written that the kernel has not taken yet. */
  readonly queuedBytes: number;
  /** Bytes given to the kernel since the channel opened: whether the peer takes any. */
  readonly sentBytes: number;
  /** How many more bytes may be written before the queue is full. */
  readonly room: number;
  /** `onDrained` comes when what is queued now has been taken, if anything is. */
  awaitDrained(): void;
  /** One character a byte. */
  writeText(text: string): void;
  /**
   * The bytes are the caller's again when this returns, if they were read by a channel: what the
   * kernel did not take at once is not read into again (read-buffers.ts). Other memory must not be
   * written to again by whoever made it.
   */
  write(bytes: Buffer): void;
  /** Text and bytes in one write, where the platform can. */
  writeBoth(text: string, bytes: Buffer): void;
  /**
   * Keeps bytes of the read that is being told until `releaseRead`, or until others are held.
   * Returns where they are now, at the same offsets.
   */
  hold(buffer: Buffer, from: number, to: number): Buffer;
  /** The bytes that are held are no longer needed. */
  releaseRead(): void;
  /** No more reads until `resume`; what was read already may still arrive. */
  pause(): void;
  resume(): void;
  /** Sends a FIN behind what is queued; reading goes on. */
  end(): void;
  /** Drops everything and closes; with a RST where the platform can, so that it looks broken. */
  reset(): void;
  /** Closes now, in order where nothing is queued; what is queued is dropped. */
  close(): void;
}

export interface ListenTarget {
  readonly host: string | undefined;
  readonly port: number;
  readonly socketPath: string | undefined;
  /** See `passedSocket`: it is listened at already, or bound at least. */
  readonly passed?: string;
  /** Others of the same user may listen there, too; false by default. */
  readonly reusesPort?: boolean;
  /** Whoever listens at the socket is to be followed; false by default. */
  readonly takesOver?: boolean;
}

export interface DialTarget {
  /** An IP address: names are resolved before. "" for a Unix socket. */
  readonly address: string;
  readonly port: number;
  readonly socketPath: string | undefined;
}

export interface Listener {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
  readonly address: string;
  /** Stops accepting; connections stay. */
  close(): void;
}

export interface AcceptReceiver {
  onChannel(channel: Channel): void;
  /** Accepting failed (EMFILE); it goes on by itself. */
  onAcceptError(error: Error): void;
}

export interface DialReceiver {
  onDialed(channel: Channel): void;
  onDialFailed(error: Error): void;
}

export interface Transport {
  /** Told of exceptions that a receiver let out: bugs, each of which cost one connection. */
  onFault: (error: unknown) => void;
  /** Rejects with the system's error: EADDRINUSE, EACCES, … */
  listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener>;
  /** A connection that somebody else has accepted, and not read from. */
  adopt(socket: Socket, receiver: AcceptReceiver): void;
  /** Answers exactly once, and later than this call. Returns what gives the attempt up. */
  dial(target: DialTarget, receiver: DialReceiver): () => void;
}
