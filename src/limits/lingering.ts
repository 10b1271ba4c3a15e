/**
 * How a connection whose answer is out gets rid of what its client still sends (design rule 10).
 */

/** How much of a body that nobody wants is read, in bytes, so that the connection can stay. */
export const drainBytesMax: number = 256 * 1024;

/** How long a connection lingers for it, in ms, and for the client's FIN. */
export const lingerMs = 2_000;

/**
 * When a door closes, who has only just come through it may have its first request under way: so
 * long it is waited for. Milliseconds.
 */
export const firstRequestMs = 500;
