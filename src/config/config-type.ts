/** What a config file holds, for those who write one in TypeScript. */

/** Its keys are those of docs/config.md. */
export type Config = Readonly<Record<string, unknown>>;
