/**
 * Hooks: functions of the user's that see a message after the proxy has cleaned it, and change it
 * or answer in its place. Here is what they are given, as types; `hook-views.ts` makes it.
 *
 *   request(from, to)    `from` is what the client sent, `to` what goes to the upstream
 *   response(from, to)   `from` is what the upstream answered, `to` what goes to the client
 *
 * `from` is frozen. What is set on `to` is checked as bytes from outside are: what a head may not
 * hold throws a `TypeError`. Once the hook is over, `to` takes no notice of what is done to it.
 * Bodies pass beside hooks.
 */

/** Fields to look at. Names are in any case; values have one character a byte. */
export interface FieldsView {
  has(name: string): boolean;
  /** All values of this name, joined by `, `; of `Set-Cookie`, which is no list, the first one. */
  get(name: string): string | undefined;
  /** The value of each line of this name. */
  getAll(name: string): string[];
  /** Every line, in order, its name as it was written. */
  entries(): [name: string, value: string][];
}

/** Fields to change. Those of framing and of one hop cannot be had: they are made anew. */
export interface HookFields extends FieldsView {
  /** The only line of this name from now on. */
  set(name: string, value: string): void;
  /** One more line. */
  add(name: string, value: string): void;
  /** Every line of this name. */
  remove(name: string): void;
}

/** A request as the client sent it. The same object for both hooks of an exchange. */
export interface RequestFrom {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** In lower case, without a port; IPv6 in brackets. */
  readonly host: string;
  /** Host and port as they were asked for, in lower case. */
  readonly authority: string;
  /** Byte for byte: escapes and dots are where they were. */
  readonly path: string;
  /** Without the `?`; "" if there is none. */
  readonly query: string;
  /** Path and query as they were sent; `*` for some OPTIONS. */
  readonly target: string;
  /** The client's address, behind trusted peers; "" if it has none. */
  readonly client: string;
  /** Who has shown a password (`access`); "" for nobody. */
  readonly user: string;
  /** As it is logged, and sent as `X-Request-Id`. */
  readonly requestId: string;
  /** Without those of one hop and of framing, and without `Host`. */
  readonly fields: FieldsView;
}

/** An upstream's answer, before anything of it was changed. */
export interface ResponseFrom {
  readonly request: RequestFrom;
  readonly status: number;
  readonly fields: FieldsView;
}

/** Values as a map; several lines of one name as a list. */
export type AnswerFields = Readonly<Record<string, string | readonly string[]>>;

export interface HookAnswer {
  /** 200 to 599; 200 by default. */
  readonly status?: number;
  readonly headers?: AnswerFields;
  /** Text goes out as UTF-8, and is `text/plain` where `headers` say nothing else. */
  readonly body?: string | Uint8Array;
}

/** Answering in place of whoever else would. At most one answer; the hook goes on to its end. */
export interface Answering {
  respond(answer: HookAnswer): void;
  /** 301, 302, 303, 307 or 308; 302 by default. */
  redirect(url: string, status?: number): void;
  /** `path` starts from the folder of the config, and never leads up by `..`; 200 by default. */
  file(path: string, status?: number, headers?: AnswerFields): void;
}

/** The request as the upstream gets it, after the rules for headers and paths. */
export interface RequestTo extends Answering {
  readonly fields: HookFields;
  /** Host and port as the upstream is told. */
  authority: string;
  /** The upstream's own base path comes before it. */
  path: string;
  /** Without the `?`; "" for none. */
  query: string;
}

/** The answer as the client gets it, after the rules for headers. */
export interface ResponseTo extends Answering {
  readonly fields: HookFields;
  /** 200 to 599; one with a body never becomes one without (204, 205, 304), nor the other way. */
  status: number;
}

/** A promise is waited for, at most 5 s; whatever else is returned means nothing. */
export type RequestHook = (from: RequestFrom, to: RequestTo) => unknown;
export type ResponseHook = (from: ResponseFrom, to: ResponseTo) => unknown;
