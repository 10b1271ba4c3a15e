/**
 * What main and a worker's thread say to each other.
 *
 *   main ──▶ thread   orders; those with an `id` are answered by one report with it
 *   thread ──▶ main   reports, and events whenever there are any
 *
 * A thread begins with nothing, so that it can be there before it is known what for. It is told
 * its place among the others, and then of plans: the first one serves from when it is prepared.
 */

import type { Socket } from "node:net";

import type { CodeSource } from "../code/functions.ts";
import type { PlanForm } from "../exchange/plan-form.ts";
import type { PlanRows } from "../exchange/rows-of-plans.ts";
import type { OpenListener, Others, Ports } from "../net/open-listener.ts";
import type { ProgramEvent } from "../observe/events.ts";
import type { BoardForm } from "./board.ts";

/** What a thread is born with. */
export interface ThreadData {
  /** Where compiled code is kept between starts; undefined: it is not. */
  readonly compiledFolder: string | undefined;
}

export interface ThreadPlace {
  /** Its row in what workers share. */
  readonly slot: number;
  readonly board: BoardForm;
}

export interface PlanOrder {
  readonly form: PlanForm;
  /** Where the plan's functions are; undefined: it has none. */
  readonly code: CodeSource | undefined;
  /** undefined: the plan has no metrics, and nothing is counted by route. */
  readonly rows: PlanRows | undefined;
  /** This worker's counts by route and upstream. */
  readonly cells: SharedArrayBuffer | undefined;
  /** What main and other workers do: where they listen, in place of any free port. */
  readonly others: Others;
  /** It listens at Unix sockets, which only one worker can. */
  readonly keepsSockets: boolean;
}

export type Order =
  | { readonly type: "join"; readonly place: ThreadPlace }
  | { readonly type: "prepare"; readonly id: number; readonly order: PlanOrder }
  | { readonly type: "commit"; readonly id: number }
  | { readonly type: "giveUp"; readonly id: number }
  | { readonly type: "stop"; readonly id: number; readonly graceMs: number }
  | { readonly type: "take"; readonly key: string; readonly socket: Socket }
  | { readonly type: "reopenLogs" };

export type Report =
  | { readonly type: "done"; readonly id: number; readonly state: ThreadState }
  | { readonly type: "failed"; readonly id: number; readonly error: SentError }
  | { readonly type: "event"; readonly event: SentEvent };

/** Where it listens. */
export interface ThreadState {
  readonly listeners: readonly OpenListener[];
  readonly ports: Ports;
}

/** An error as plain data: between threads it would lose what is not the language's. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** What the system says of it, and which listener it is about. */
  readonly details: Readonly<Record<string, string | number>>;
}

export type SentEvent = Omit<ProgramEvent, "error"> & { readonly error?: SentError };

/** What is looked at of an error that comes from another thread. */
const detailNames = ["code", "syscall", "errno", "address", "port", "path", "label"] as const;

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: "", details: {} };
  }
  const given = error as unknown as Readonly<Record<string, unknown>>;
  const details: Record<string, string | number> = {};
  for (const name of detailNames) {
    const value = given[name];
    if (typeof value === "string" || typeof value === "number") details[name] = value;
  }
  const { name, message, stack = "" } = error;
  return { name: String(name), message: String(message), stack: String(stack), details };
}

export function receivedError({ name, message, stack, details }: SentError): Error {
  const error = Object.assign(new Error(message), details);
  if (stack !== "") error.stack = stack;
  if (name !== error.name) error.name = name;
  return error;
}

export function sentEvent({ error, ...event }: ProgramEvent): SentEvent {
  return error === undefined ? event : { ...event, error: sentError(error) };
}

export function receivedEvent({ error, ...event }: SentEvent): ProgramEvent {
  return error === undefined ? event : { ...event, error: receivedError(error) };
}
