/** What a route asks of a request besides its host and its path. */

import { id, idOfName, unknown, type FieldId } from "../http/field-names.ts";
import type { RequestHead } from "../http/head.ts";
import type { RouteMatch, ValueCondition } from "./options.ts";

export interface Conditions {
  readonly methods: readonly string[];
  readonly fields: readonly FieldCondition[];
  readonly query: readonly ValueCondition[];
}

interface FieldCondition extends ValueCondition {
  readonly field: FieldId;
}

export function conditionsOf(match: RouteMatch): Conditions {
  return {
    methods: match.methods,
    fields: match.fields.map(({ name, value }) => ({ name, value, field: idOfName(name) })),
    query: match.query,
  };
}

/** All methods are one condition; every field and every parameter is one. */
export function countOf(conditions: Conditions): number {
  const { methods, fields, query } = conditions;
  return Math.min(methods.length, 1) + fields.length + query.length;
}

export function fits(conditions: Conditions, head: RequestHead): boolean {
  const { methods, fields, query } = conditions;
  if (methods.length > 0 && !methods.includes(head.method)) return false;
  for (const condition of fields) if (!fieldFits(condition, head)) return false;
  for (const condition of query) if (!queryFits(condition, head.target)) return false;
  return true;
}

function fieldFits({ name, value, field }: FieldCondition, head: RequestHead): boolean {
  // The machine that read the head took Host out of its fields.
  if (field === id.host) return value === undefined || value === head.authority;
  if (value === undefined && field !== unknown) return head.fields.has(field);
  const values = field === unknown ? head.fields.allNamed(name) : head.fields.all(field);
  return value === undefined ? values.length > 0 : values.includes(value);
}

/**
 * Names and values are compared as they are written in the target, and of several parameters of
 * one name the first counts: decoding would need a charset and a notion of lists that differ from
 * one upstream to the next.
 */
function queryFits({ name, value }: ValueCondition, target: string): boolean {
  let start = target.indexOf("?") + 1;
  if (start === 0) return false;
  while (start <= target.length) {
    const next = target.indexOf("&", start);
    const end = next < 0 ? target.length : next;
    const nameEnd = start + name.length;
    if (nameEnd <= end && target.startsWith(name, start)) {
      if (nameEnd === end) return value === undefined || value === "";
      if (target.charCodeAt(nameEnd) === equalsSign) {
        return value === undefined || value === target.substring(nameEnd + 1, end);
      }
    }
    start = end + 1;
  }
  return false;
}

const equalsSign = 0x3d;
