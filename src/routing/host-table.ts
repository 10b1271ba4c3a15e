/**
 * Values by host: `example.com`, `*.example.com` (any depth of names below it), `*` (any host).
 *
 * One look-up for the whole name, then one for each suffix that could be a wildcard's, from the
 * longest: what it costs depends on the name and not on how many hosts there are.
 */

export class HostTable<Value> {
  readonly #exact = new Map<string, Value>();
  /** By what stands behind `*.`. */
  readonly #wildcards = new Map<string, Value>();
  #wildcardLengthMax = 0;
  #any: Value | undefined;

  /** The value for this host as it is configured; made if there is none yet. */
  getOrAdd(configured: string, make: () => Value): Value {
    const host = canonicalHost(configured);
    if (host === "*") {
      this.#any ??= make();
      return this.#any;
    }
    const isWildcard = host.startsWith("*.");
    const key = isWildcard ? host.slice(2) : host;
    const values = isWildcard ? this.#wildcards : this.#exact;
    if (isWildcard) this.#wildcardLengthMax = Math.max(this.#wildcardLengthMax, key.length);

    const value = values.get(key) ?? make();
    values.set(key, value);
    return value;
  }

  /** The value of the most specific entry for a host in lower case. */
  find(sent: string): Value | undefined {
    const host = withoutDot(sent);
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
      const found = this.#wildcardAt(host, dot);
      if (found !== undefined) return found;
    }
    return this.#any;
  }

  /** The values of all entries for this host, most specific first. */
  all(sent: string): Value[] {
    const host = withoutDot(sent);
    const values = [this.#exact.get(host)];
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
      values.push(this.#wildcardAt(host, dot));
    }
    values.push(this.#any);
    return values.filter((value) => value !== undefined);
  }

  #wildcardAt(host: string, dot: number): Value | undefined {
    const isLonger = host.length - dot - 1 > this.#wildcardLengthMax;
    return isLonger ? undefined : this.#wildcards.get(host.substring(dot + 1));
  }
}

/** How a configured host is compared: lower case, without the dot of a fully qualified name. */
export function canonicalHost(host: string): string {
  return withoutDot(host.toLowerCase());
}

function withoutDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
