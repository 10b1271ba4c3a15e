/**
 * More than two hundred ordinary requests, as browsers, libraries and people send them. None is an
 * attack: those have tests of their own, and here every proxy should do the same, or have a reason.
 */

import { type AnswerName, answerNames } from "./answers.ts";
import { bodyRequests } from "./body-requests.ts";
import { clientRequests } from "./client-requests.ts";
import { fieldRequests } from "./field-requests.ts";
import { ask, type PeerRequest } from "./peer-request.ts";
import { targetRequests } from "./target-requests.ts";

const asked: readonly PeerRequest[] = [
  ...bodyRequests,
  ...targetRequests,
  ...clientRequests,
  ...fieldRequests,
];

/** A 101 or a 206 without its request would be wrong. */
const onlyWhenAsked: ReadonlySet<AnswerName> = new Set([
  "websocket",
  "part",
  "parts",
  "no such range",
  "not modified",
] as const);

/** Each answer to a plain GET too. */
const answered: readonly PeerRequest[] = answerNames
  .filter((answer) => !onlyWhenAsked.has(answer))
  .map((answer) => ask(`answer: ${answer}`, "GET", { answer }));

export const peerRequests: readonly PeerRequest[] = [...asked, ...answered];
