/**
 * How the program speaks while it runs: what it tells goes to the log of events, and on a terminal,
 * where that is for people, it greets and draws as well.
 */

import { setTimeout as delay } from "node:timers/promises";
import { isatty } from "node:tty";

import { maskUserinfo } from "../config/secrets.ts";
import type { Withhold } from "../config/withhold.ts";
import { EventLog } from "../observe/event-log.ts";
import { writeColouredEvent, writeLogfmtEvent, writePlainEvent } from "../observe/event-lines.ts";
import { eventLevels, type ProgramEvent, type TellEvent } from "../observe/events.ts";
import { openLogSink } from "../observe/open-log-sink.ts";
import type { EventFormat, EventLevel, EventLogOptions } from "../observe/options.ts";

const standardError = 2;

/** How long a stop waits for the last lines, in ms: a disk that hangs must not keep it. */
const closeMs = 1_000;

export interface Voice {
  readonly tell: TellEvent;
  /** Standard error is for programs: nothing but events goes there. */
  readonly isForPrograms: boolean;
  /** Events go where the banner goes, and need not repeat it. */
  readonly isBesideBanner: boolean;
  /** The program is ready: what it told so far is written, and from now on at once. */
  begin(): void;
  /** After the log's file was moved away. */
  reopen(): void;
  /** What is less important is not told from now on. */
  setLevel(level: EventLevel): void;
  /** From now on what all of these withhold is told to nobody. */
  withhold(all: readonly Withhold[]): void;
  /** After `last` nothing is told. Resolves when all is written, or it took too long. */
  close(last?: ProgramEvent): Promise<void>;
}

/** Throws if its file cannot be opened. */
export function openVoice(
  options: EventLogOptions,
  hasColour: boolean,
  withhold: Withhold = (text) => text,
): Voice {
  const { level, file } = options;
  const format = options.format ?? usualFormat(file);
  const sink = openLogSink(file, standardError);
  let withholds: readonly Withhold[] = [withhold];
  const mask = (text: string): string =>
    maskUserinfo(withholds.reduce((said, each) => each(said), text));
  const log = new EventLog(sink, { level, wallMs: Date.now, mask });
  let begun: Promise<void> | undefined;
  const begin = (): Promise<void> => (begun ??= beginWriting(log, format, hasColour));
  // The others cost nothing to import.
  if (format !== "json") void begin();
  const isBesideBanner = file === undefined && format === "pretty";
  return {
    tell: log.tell,
    isBesideBanner,
    isForPrograms: file === undefined && format !== "pretty",
    begin: () => void begin(),
    reopen: () => log.reopen(),
    setLevel: (level) => {
      log.level = level;
    },
    withhold: (all) => {
      withholds = all;
    },
    async close(last) {
      await begin();
      await Promise.race([log.close(last), delay(closeMs, undefined, { ref: false })]);
    },
  };
}

const usualFormat = (file: string | undefined): EventFormat =>
  file === undefined && isatty(standardError) ? "pretty" : "json";

async function beginWriting(log: EventLog, format: EventFormat, hasColour: boolean): Promise<void> {
  switch (format) {
    case "pretty":
      return log.begin(hasColour ? writeColouredEvent : writePlainEvent);
    case "logfmt":
      return log.begin(writeLogfmtEvent);
    case "json": {
      const { jsonEventWriter } = await import("./json-events.ts");
      return log.begin(jsonEventWriter());
    }
  }
}

const formats: readonly EventFormat[] = ["json", "logfmt", "pretty"];

type Environment = Readonly<Record<string, string | undefined>>;

/** With what the environment says, which is nearer than the file; or what is wrong with that. */
export function withEnvironment(
  options: EventLogOptions,
  environment: Environment,
): EventLogOptions | string {
  const level = chosen(environment, "FOREGATE_LOG_LEVEL", eventLevels);
  const format = chosen(environment, "FOREGATE_LOG_FORMAT", formats);
  if (level !== undefined && !level.isKnown) return level.trouble;
  if (format !== undefined && !format.isKnown) return format.trouble;
  return {
    ...options,
    level: level?.word ?? options.level,
    format: format?.word ?? options.format,
  };
}

type Choice<Word> =
  | { readonly isKnown: true; readonly word: Word }
  | { readonly isKnown: false; readonly trouble: string };

function chosen<Word extends string>(
  environment: Environment,
  name: string,
  words: readonly Word[],
): Choice<Word> | undefined {
  const found = environment[name] ?? "";
  if (found === "") return undefined;
  const word = words.find((each) => each === found);
  if (word !== undefined) return { isKnown: true, word };
  const trouble = `${name}: want ${words.join(", ")}; found ${JSON.stringify(found)}`;
  return { isKnown: false, trouble };
}
