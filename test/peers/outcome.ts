/**
 * What became of one request behind one proxy, as facts that can be compared: the upstream's side
 * and the client's, each with what went in at the other end. Ports, times and made-up ids, which
 * differ in every run, are replaced by words.
 */

import { answerMark, writeAnswer } from "./answers.ts";
import { type Field, type Message, readBody, readHead, requestFraming } from "./message.ts";
import { lengthOf, valueOf } from "./message.ts";
import type { ReceivedAnswer } from "./peer-client.ts";
import type { PeerRequest } from "./peer-request.ts";
import { answerFor } from "./recording-upstream.ts";

/** Aspect to value; what is not there has no entry. */
export type Facts = ReadonlyMap<string, string>;

/** One message as it arrived, and as it was when it was sent. */
export interface Passage {
  readonly given: Facts;
  readonly arrived: Facts;
  /** Names as they came, in order. */
  readonly names: readonly string[];
  readonly givenNames: readonly string[];
}

export interface Outcome {
  /** What the upstream saw. */
  readonly requests: readonly Passage[];
  readonly answers: readonly AnswerOutcome[];
}

export interface AnswerOutcome {
  readonly status: number;
  /** undefined: the proxy answered by itself. */
  readonly passage: Passage | undefined;
}

/** What differs between two runs of the same proxy. */
export interface Ports {
  readonly proxyPort: number;
  readonly upstreamAddress: string;
}

/** Several lines of one name, in one text. */
const between = " ⏎ ";

export function outcomeOf(
  request: PeerRequest,
  seen: readonly Message[],
  got: readonly ReceivedAnswer[],
  ports: Ports,
): Outcome {
  const sent = readSent(request);
  const requests = seen.map((message, at) => passage(sent[at], message, requestFacts, ports));
  const answers = got.map((answer, at) => {
    const isOwn = valueOf(answer.fields, answerMark.toLowerCase()) === undefined;
    const given = isOwn ? undefined : readGiven(request, seen[at], ports);
    const arrived = isOwn ? undefined : passage(given, answer, answerFacts, ports);
    return { status: answer.status, passage: arrived };
  });
  return { requests, answers };
}

function passage<Kind extends Message>(
  given: Kind | undefined,
  arrived: Kind,
  factsOf: (message: Kind) => Map<string, string>,
  ports: Ports,
): Passage {
  const before = given === undefined ? new Map<string, string>() : factsOf(given);
  const after = factsOf(arrived);
  for (const [aspect, value] of after) after.set(aspect, settle(aspect, value, before, ports));
  for (const [aspect, value] of before) before.set(aspect, settle(aspect, value, before, ports));
  return { given: before, arrived: after, names: namesOf(arrived), givenNames: namesOf(given) };
}

function requestFacts(message: Message): Map<string, string> {
  const [method = "", target = "", version = ""] = message.line.split(" ");
  return new Map([["method", method], ["target", target], ["version", version], ...rest(message)]);
}

function answerFacts(message: ReceivedAnswer): Map<string, string> {
  const [version = "", status = "", ...reason] = message.line.split(" ");
  const facts = new Map([
    ["status", status],
    ["reason", reason.join(" ")],
    ["version", version],
  ]);
  if (message.interim.length > 0) facts.set("interim", message.interim.join(between));
  return new Map([...facts, ...rest(message)]);
}

function rest({ fields, body, trailers }: Message): Map<string, string> {
  const facts = new Map<string, string>();
  for (const [name, value] of fields) {
    const aspect = `field ${name.toLowerCase()}`;
    const before = facts.get(aspect);
    facts.set(aspect, before === undefined ? value : `${before}${between}${value}`);
  }
  if (trailers.length > 0) facts.set("trailers", trailers.map((t) => t.join(": ")).join(between));
  return facts.set("body", body);
}

function namesOf(message: Message | undefined): readonly string[] {
  return (message?.fields ?? []).map(([name]: Field) => name);
}

const madeHere: Readonly<Record<string, string>> = {
  "field x-request-id": "(made here)",
  "field traceparent": "(made here)",
  "field date": "(now)",
};

function settle(aspect: string, value: string, given: Facts, ports: Ports): string {
  const made = madeHere[aspect];
  if (made !== undefined && given.get(aspect) !== value) return made;
  return value
    .replaceAll(ports.upstreamAddress, "UPSTREAM")
    .replaceAll(`127.0.0.1:${ports.proxyPort}`, "PROXY")
    .replaceAll(/foregate-[0-9a-f]{8}/g, "foregate-ID");
}

/** The requests as the client sent them. */
function readSent({ bytes, afterContinue = "" }: PeerRequest): readonly Message[] {
  const text = bytes.replace(/^(?:\r\n)+/, "") + afterContinue;
  const sent: Message[] = [];
  for (let at = 0; at < text.length;) {
    const head = readHead(text, at);
    if (head === undefined) break;
    const framing = requestFraming(head.fields);
    const state = { length: lengthOf(head.fields), isEnded: true };
    const body = readBody(text, head.end, framing, state);
    if (body === undefined) break;
    sent.push({ ...head, framing, body: body.data, trailers: body.trailers });
    at = body.end;
  }
  return sent;
}

/** The answer as the upstream gave it; what the body is does not depend on its framing. */
function readGiven(
  { answer = "page" }: PeerRequest,
  seen: Message | undefined,
  { upstreamAddress }: Ports,
): ReceivedAnswer | undefined {
  const name = answerFor(seen ?? { fields: [] }, answer);
  const { text } = writeAnswer(name, upstreamAddress);
  const interim: string[] = [];
  let head = readHead(text, 0);
  for (; head !== undefined && /^\S+ 10[023]/.test(head.line); head = readHead(text, head.end)) {
    interim.push([head.line, ...head.fields.map((field) => field.join(": "))].join("\n"));
  }
  if (head === undefined) return undefined;
  const { line, fields } = head;
  const isChunked = requestFraming(fields) === "chunked";
  const isHead = seen?.line.startsWith("HEAD ") === true;
  const state = { length: 0, isEnded: true };
  const body = readBody(text, head.end, isChunked && !isHead ? "chunked" : "close", state);
  const data = isHead ? "" : (body?.data ?? "");
  const status = Number(line.slice(9, 12));
  const trailers = body?.trailers ?? [];
  return { line, fields, status, framing: "none", body: data, trailers, interim };
}
