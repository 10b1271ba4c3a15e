/** What is said about listeners between those who open them and those who only ask. */

import type { ListenOptions } from "../exchange/listen-options.ts";

export interface OpenListener {
  readonly label: string;
  readonly address: string;
  readonly port: number;
}

/** Two that have the same are the same listener. */
export const listenerKey = ({ host, port, socketPath, passed }: ListenOptions): string =>
  JSON.stringify([host, port, socketPath, passed]);

/** By `listenerKey`: where it is listened for what may take any free port. */
export type Ports = ReadonlyMap<string, number>;

/** What others do for the same clients. */
export interface Others {
  /** Where they listen as well. */
  readonly ports: Ports;
  /** By `listenerKey`: where they accept connections and hand them over. */
  readonly handed: ReadonlySet<string>;
}
