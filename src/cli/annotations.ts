/** Problems as commands to GitHub's runner, which shows them beside the changed lines. */

import { adviceOn, type Problem } from "../config/problems.ts";

/** `::error file=foregate.yaml,line=9,col=5,title=FG1004::unknown key …` */
export function annotation(problem: Problem): string {
  const { severity, file, line, column, code, message } = problem;
  const advice = adviceOn(problem);
  const place = line === undefined ? [] : [`line=${line}`, `col=${column}`];
  const named = file === "" ? [] : [`file=${property(file)}`];
  const properties = [...named, ...place, `title=${property(code)}`];
  const text = advice === undefined ? message : `${message} — ${advice}`;
  return `::${severity} ${properties.join(",")}::${data(text)}`;
}

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
