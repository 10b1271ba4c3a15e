/** What a user writes under `buffer`, for the program and for routes: read into the plan's form. */

import { z } from "zod";

import {
  byteCount,
  defined,
  describe,
  isOff,
  reject,
  shaped,
  text,
  type Reader,
} from "../base/reader.ts";
import { fileShape, off, type About, type Shape } from "../base/shape.ts";
import { routeBuffering, type BufferOptions, type RouteBuffering } from "./options.ts";

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

const directory = shaped({ ...fileShape, called: "a folder" }, text);

export const bufferSchema = z
  .strictObject({
    memory: key(byteCount({ min: "8MiB", max: "1TiB" }), {
      description:
        "Bodies that wait in memory, all of them together, with what sockets have in their " +
        "hands. When it is used up, new requests get a 503. Without it: an eighth of the " +
        "machine's memory, at least 32MiB and at most 256MiB.",
      examples: ["512MiB"],
    }),
    disk: key(byteCount({ min: "1MiB", max: "16TiB", off: true }), {
      description: "Bodies that wait in the spool file, all of them together. `off`: no file.",
      default: "1GiB",
      examples: ["20GiB", "off"],
    }),
    directory: key(directory, {
      description:
        "The folder of the spool file, which has no name there. A relative one starts from the " +
        "config's folder.",
      default: "/var/tmp",
      examples: ["/var/cache"],
    }),
  })
  .transform((buffer) =>
    defined<BufferOptions>({
      memoryBytesMax: buffer.memory,
      diskBytesMax: buffer.disk,
      directory: buffer.directory,
    }),
  )
  .meta({ id: "BufferConfig", title: "Room for bodies that wait" });

const bounds = { min: "1KiB", max: "16TiB", off: true } as const;

/** A size, or a switch. */
function keptSize(usualBytes: number): Reader<number> {
  const size = byteCount(bounds);
  const shape: Shape = { anyOf: [...(size.shape.anyOf ?? []), { enum: ["on", true] }, off] };
  return shaped(shape, (value, reporter): number => {
    if (value === true || value === "on") return usualBytes;
    return size(value, reporter);
  });
}

const routeBufferMap = z
  .strictObject({
    request: key(keptSize(routeBuffering.requestBytesMax), {
      description:
        "A request's body is collected up to this size before an upstream is asked; a larger " +
        "one is streamed. `off`: always streamed. `true`: as without it.",
      default: "16MiB",
      examples: ["off", "100MiB"],
    }),
    response: key(keptSize(routeBuffering.responseBytesMax), {
      description:
        "So much of an answer is taken from its upstream ahead of a slow client. `off`: the " +
        "upstream waits for the client. `X-Accel-Buffering: no` or `yes` of the upstream " +
        "decides for its answer; event streams and gRPC are never kept.",
      default: "1GiB",
      examples: ["off", "10MiB"],
    }),
  })
  .transform((buffer) =>
    defined<RouteBuffering>({
      requestBytesMax: buffer.request,
      responseBytesMax: buffer.response,
    }),
  );

export const routeBufferSchema = routeBufferMap.meta({
  id: "RouteBufferConfig",
  title: "Buffering of a route",
});

const nothing: RouteBuffering = { requestBytesMax: 0, responseBytesMax: 0 };

/** `off` for both. */
export const bufferSwitch: Reader<RouteBuffering> = (value, reporter) => {
  if (isOff(value)) return nothing;
  if (value === true || value === "on") return routeBuffering;
  const message = `want off, or a map such as { request: off }; found ${describe(value)}`;
  return reject(reporter, { message });
};
