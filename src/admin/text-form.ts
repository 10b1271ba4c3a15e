/** Which form of the metrics a scraper wants, by its Accept (RFC 9110 §12.5.1). */

import type { TextForm } from "../observe/metrics-text.ts";

/** Whoever says more than this has been heard out. */
const acceptCharsMax = 1_024;

export const contentTypes: Readonly<Record<TextForm, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** OpenMetrics only for those who name it and like it as well; nobody is refused. */
export function textFormFor(accept: string | undefined): TextForm {
  let plain = 0;
  let openMetrics = 0;
  for (const range of (accept ?? "").slice(0, acceptCharsMax).toLowerCase().split(",")) {
    const [media = "", ...parameters] = range.split(";").map((part) => part.trim());
    const quality = qualityOf(parameters);
    if (media === "application/openmetrics-text" && isVersion1(parameters)) {
      openMetrics = Math.max(openMetrics, quality);
    } else if (media === "text/plain") plain = Math.max(plain, quality);
  }
  return openMetrics > 0 && openMetrics >= plain ? "openmetrics" : "prometheus";
}

/** Without a version it is the newest that the reader knows. */
function isVersion1(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith("version="));
  return version === undefined || /^version="?1\.0\.0"?$/.test(version);
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  if (given === undefined) return 1;
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given.slice(2)) : 0;
}
