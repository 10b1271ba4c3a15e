/**
 * A program with three greedy clients, each with one connection: one downloads 1 GB, one uploads
 * 1 GB, one sends large heads, again and again until SIGTERM:
 * `node big-clients.ts PORT BIG_PORT`, the transfers on the second. It says `ready` when all three
 * have begun, and at the end how much they got through.
 *
 * Each transfer has a line of 1 Gbit/s, and heads go out at most once a millisecond. Without bounds
 * the upstream would be measured: nginx reads a body that never runs dry in one loop, and small
 * requests wait half a second for it.
 */

import { failLoad, RawConnection, writeGet } from "./raw-connection.ts";
import { uploadPath } from "./upstream.ts";

const [port = 0, bigPort = 0] = process.argv.slice(2).map(Number);

const lineBytesPerMs = 125_000;

/** What a line may make up for when our timer comes late. */
const burstMsMax = 5;

/** As large as all of them take: HAProxy has 16 KB for a head, nginx 8 KB for a field. */
const largeHead = writeGet(
  "/60b",
  Array.from({ length: 6 }, (_, at) => `X-Large-${at}: ${"x".repeat(2_000)}\r\n`).join(""),
);

const uploadBytes = 1_000_000_000;
const uploadHead = Buffer.from(
  `POST ${uploadPath} HTTP/1.1\r\nHost: bench\r\nContent-Length: ${uploadBytes}\r\n\r\n`,
);
const uploadPiece = Buffer.alloc(65_536, "x");
const bigGet = writeGet("/1gb");

const startedMs = performance.now();
let lastTickMs = startedMs;
const begun = new Set<string>();
const headsName = "the large heads";

let download = openDownload();
let downloadBudgetBytes = 0;
let downloadedBytes = 0;

let upload = openUpload();
let uploadBudgetBytes = 0;
let uploadBytesLeft = 0;
let uploadedBytes = 0;

let heads = openHeads();
let mayHeadGo = false;
let headsAnswered = 0;

setTimeout(tick, 1);
process.on("SIGTERM", report);

function openDownload(): RawConnection {
  const start = (connection: RawConnection): unknown => connection.send(bigGet);
  const again = (): unknown => (download = openDownload());
  return open("the download", start, again, (bytes) => {
    downloadedBytes += bytes;
    downloadBudgetBytes -= bytes;
    return downloadBudgetBytes > 0;
  });
}

function openUpload(): RawConnection {
  const start = (connection: RawConnection): void => {
    uploadBytesLeft = uploadBytes;
    connection.send(uploadHead);
  };
  return open("the upload", start, () => (upload = openUpload()));
}

function openHeads(): RawConnection {
  const start = (): unknown => (mayHeadGo = true);
  return open(headsName, start, () => (heads = openHeads()));
}

/** `start` begins a request on a connection that is free; `again` replaces one that has closed. */
function open(
  what: string,
  start: (connection: RawConnection) => unknown,
  again: () => unknown,
  onBytes: (bytes: number) => boolean = () => true,
): RawConnection {
  return new RawConnection(what === headsName ? port : bigPort, {
    onOpen: (connection) => {
      start(connection);
      const isFirst = !begun.has(what);
      begun.add(what);
      if (isFirst && begun.size === 3) console.log("ready");
    },
    onAnswer: (connection, status) => {
      if (status !== 200) failLoad(`${what} answered with ${status}`);
      if (connection === heads) headsAnswered += 1;
      if (!connection.closes) return start(connection);
      connection.socket.destroy();
      again();
    },
    onBytes,
    onBroken: (_, reason) => failLoad(`${what}: ${reason}`),
  });
}

function tick(): void {
  const nowMs = performance.now();
  const earnedBytes = Math.min(nowMs - lastTickMs, burstMsMax) * lineBytesPerMs;
  lastTickMs = nowMs;
  downloadBudgetBytes = Math.min(downloadBudgetBytes, 0) + earnedBytes;
  uploadBudgetBytes = Math.min(uploadBudgetBytes, 0) + earnedBytes;
  if (downloadBudgetBytes > 0) download.socket.resume();
  continueUpload();
  if (mayHeadGo) heads.send(largeHead);
  mayHeadGo = false;
  setTimeout(tick, 1);
}

function continueUpload(): void {
  while (uploadBudgetBytes > 0 && uploadBytesLeft > 0 && !upload.socket.writableNeedDrain) {
    const piece = uploadPiece.subarray(0, uploadBytesLeft);
    uploadBytesLeft -= piece.length;
    uploadedBytes += piece.length;
    uploadBudgetBytes -= piece.length;
    upload.send(piece);
  }
}

function report(): void {
  const seconds = (performance.now() - startedMs) / 1_000;
  const perSecond = {
    downloadMegabytes: downloadedBytes / 1e6 / seconds,
    uploadMegabytes: uploadedBytes / 1e6 / seconds,
    largeHeads: headsAnswered / seconds,
  };
  console.log(JSON.stringify(perSecond));
  process.exit(0);
}
