/** Where clients are listened for. */

export interface ListenOptions {
  /** As the user wrote it, for messages. */
  readonly label: string;
  /** undefined: every address, IPv4 and IPv6. */
  readonly host: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  readonly socketPath: string | undefined;
  /** The socket that the program was started with, by its file descriptor or name. */
  readonly passed?: string;
  /** Who connects is a balancer, and says first who its client is; false by default. */
  readonly proxyProtocol?: boolean;
}
