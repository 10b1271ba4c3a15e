/** Reads lines of the access log back, as the tools that know these formats do. */

type Read = Readonly<Record<string, string | undefined>>;

const pairPattern = / ?([^ ="]+)=(?:"((?:[^"\\]|\\.)*)"|([^ "=\\]+))/y;

/** By key; throws on what is no logfmt. */
export function readLogfmt(line: string): Read {
  const pairs: Record<string, string> = {};
  const text = line.replace(/\n$/, "");
  pairPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pairPattern.lastIndex) {
    const found = pairPattern.exec(text);
    if (found === null) throw new Error(`no logfmt from ${at} on: ${text}`);
    const [, key = "", quoted, bare = ""] = found;
    pairs[key] ??= quoted === undefined ? bare : (JSON.parse(`"${quoted}"`) as string);
  }
  return pairs;
}

const combinedPattern = /^(\S+) - (\S+) \[[^\]]+\] "([^"]*)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"\n$/;

/** By the keys of the JSON line; throws on what is not `combined`. */
export function readCombined(line: string): Read {
  // A client's name with spaces in it could not be told apart; there is no such address.
  const [, client = "", user = "", request, , , referer, userAgent] =
    combinedPattern.exec(line) ?? [];
  if (request === undefined) {
    if (/^.* - \S+ \[[^\]]+\] "[^"]*" \d{3} \d+ "[^"]*" "[^"]*"\n$/.test(line)) return {};
    throw new Error(`not combined: ${line}`);
  }
  const [method, target, ...rest] = request.split(" ");
  const isPlain = rest.length === 1;
  return {
    client: value(client),
    user: value(user),
    ...(isPlain ? { method: unescaped(method ?? ""), target: unescaped(target ?? "") } : {}),
    referer: value(referer ?? ""),
    user_agent: value(userAgent ?? ""),
  };
}

const value = (text: string): string | undefined => (text === "-" ? undefined : unescaped(text));

function unescaped(text: string): string {
  return text.replace(/\\x([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
