/**
 * What a config in TypeScript or JavaScript wraps its value in, for the sake of its editor.
 *
 * A config is evaluated on a thread that loads this file instead of the whole proxy if it imports
 * no other name (`code/program-name.ts`): it stays small.
 */

import type { Config } from "./config-type.ts";

/** The value, or what makes it: called once, with nothing. */
export type ConfigSource = Config | Promise<Config> | (() => Config | Promise<Config>);

export function defineConfig(config: ConfigSource): ConfigSource {
  return config;
}
