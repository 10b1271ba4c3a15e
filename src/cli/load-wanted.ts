/** Reads the config that a command line asks for. */

import { loadConfig, type LoadedConfig } from "../config/load.ts";
import type { CodeUse } from "../config/read-code.ts";
import { say } from "./say.ts";

export interface WantedConfig {
  readonly config?: string;
  readonly envFile?: string | undefined;
}

/** `-c`, then the environment, then the usual places; undefined: it was said what is wrong. */
export async function loadWanted(
  { config, envFile }: WantedConfig,
  codeUse: CodeUse,
): Promise<LoadedConfig | undefined> {
  if (envFile !== undefined) {
    const { readEnvFile } = await import("./env-file.ts");
    const wrong = readEnvFile(envFile, process.env);
    if (wrong !== undefined) {
      say(`error: --env-file: ${wrong}`);
      return undefined;
    }
  }
  const path = config ?? (process.env["FOREGATE_CONFIG"] || undefined);
  return await loadConfig(path, codeUse);
}
