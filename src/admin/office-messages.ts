/**
 * What main and the office say to each other. The office is the one further thread: it reads what
 * comes from outside (`office.ts`).
 *
 *   main ──▶ office   orders, and answers to what it asks
 *   office ──▶ main   what it asks, and reports of what main is to do or to tell
 */

import type { Piece } from "../config/placeholders.ts";
import type { BoardForm } from "../control/board.ts";
import type { DrawnPlan, DrawnSoFar } from "../control/drawn-plan.ts";
import type { SentError, SentEvent } from "../control/thread-messages.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import type { PlanForm } from "../exchange/plan-form.ts";
import type { EventLevel } from "../observe/options.ts";

/** A config as data: main keeps it, and never looks into it. */
export interface ConfigForm {
  readonly plan: PlanForm;
  readonly rest: string;
}

/** What an office has to go on from when another one takes its place. */
export interface Kept {
  /** In force. */
  readonly config: ConfigForm;
  readonly revision: number;
  readonly soFar: DrawnSoFar;
}

export interface ConfigSource {
  readonly file: string;
  readonly envFile: string | undefined;
}

export interface Governing extends Kept {
  /** undefined: it cannot be read again. */
  readonly source: ConfigSource | undefined;
  /** It is read again when its files change. */
  readonly watches: boolean;
  /** Of the admin socket; undefined: there is none. */
  readonly adminPath: string | undefined;
  readonly board: BoardForm;
}

export type OfficeOrder =
  /** Answered with where metrics listen. */
  | { readonly type: "listen"; readonly id: number; readonly listeners: readonly ListenOptions[] }
  /** Clients are served. Answered when it hears whoever asks. */
  | { readonly type: "govern"; readonly id: number; readonly governing: Governing }
  | { readonly type: "reload" }
  /** The program is not ready any more. Answered when a probe hears that. */
  | { readonly type: "drain"; readonly id: number }
  /** Answered by one that is not stuck. */
  | { readonly type: "live"; readonly id: number }
  | { readonly type: "close"; readonly id: number }
  | Answer;

export type OfficeReport =
  | Answer
  | { readonly type: "event"; readonly event: SentEvent }
  /** What all of these stand for is told to nobody. */
  | { readonly type: "withhold"; readonly pieces: readonly (readonly Piece[])[] }
  | { readonly type: "reloading" }
  /** It has been put in force, or not. */
  | { readonly type: "reloaded"; readonly siteCount: number }
  | { readonly type: "setLevel"; readonly level: EventLevel }
  /** `graceMs` undefined: as long as the config says. */
  | { readonly type: "stop"; readonly graceMs: number | undefined }
  | { readonly type: "apply"; readonly id: number; readonly drawn: DrawnPlan; readonly kept: Kept }
  | { readonly type: "renewAll"; readonly id: number }
  /** Answered with a `CrewLook`. */
  | { readonly type: "look"; readonly id: number };

export type Answer =
  | { readonly type: "answered"; readonly id: number; readonly answer: unknown }
  | { readonly type: "refused"; readonly id: number; readonly error: SentError };
