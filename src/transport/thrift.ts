/**
 * While memory is scarce, connections make do with smaller reads and shorter queues. One setting
 * for all connections of a worker, since what is scarce is what they share.
 */

/** How much may wait in a socket's queue before its writer is asked to stop, in bytes. */
const queuedBytesMax = 64 * 1024;

export const thrift = { isOn: false, queuedBytesMax };

export function setThrift(isOn: boolean): void {
  thrift.isOn = isOn;
  // Whoever has anything in its queue is asked to stop.
  thrift.queuedBytesMax = isOn ? 1 : queuedBytesMax;
}
