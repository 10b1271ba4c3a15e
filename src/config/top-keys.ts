/** What may stand at the top of a config, and what of it also in a file that it includes. */

export const topKeys: readonly string[] = [
  "compat",
  "defaults",
  "errors",
  "forwarded",
  "include",
  "limits",
  "listen",
  "logs",
  "metrics",
  "pools",
  "sites",
  "timeouts",
  "trust",
  "workers",
];

/** Where each file adds its own. Everything else is said once, in the main file. */
export const includedKeys: readonly string[] = ["include", "pools", "sites"];
