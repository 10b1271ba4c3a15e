/**
 * Who may import whom: the floors, the purity of the rooms that do no I/O, the three faces of a
 * room (`options.ts`, `schema.ts`, the rest), and what a thread ends up loading.
 */

import assert from "node:assert/strict";
import { basename, dirname, join, relative } from "node:path";

import { dearImport, floors, impureNames, pureImports, pureRooms, roof } from "./floors.ts";
import type { SourceFile } from "./source-file.ts";

const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));

/** What `schema.ts` is made of; in a pure room it is the one file that imports a package. */
const schemaPackage = "zod";

export function importProblems(file: SourceFile): readonly string[] {
  const room = roomOf(file.path);
  if (room === "" && !roof.includes(file.path)) return ["is on the roof: put it into a room"];
  return file.imports.flatMap(({ specifier, isTypeOnly }) => {
    if (basename(file.path) === "options.ts" && !isTypeOnly) {
      return [`imports ${specifier}: options.ts imports nothing but types`];
    }
    if (specifier === dearImport.name && !isTypeOnly) {
      return [`imports ${specifier}: take it from ${dearImport.instead}`];
    }
    if (!specifier.startsWith(".")) return [];
    const target = join(dirname(file.path), specifier);
    if (!target.startsWith("src/")) return [`imports ${target}, which is not published`];
    const other = roomOf(target);
    if (basename(target) === "schema.ts" && room !== "config") {
      return [`imports ${target}: only config/ may`];
    }
    const isDownstairs = floorNumber(other) < floorNumber(room);
    return other === room || isDownstairs ? [] : [`${room} may not import ${other} (${specifier})`];
  });
}

/** Pure rooms take time and chance as arguments. */
export function purityProblems(file: SourceFile): readonly string[] {
  const room = roomOf(file.path);
  if (!pureRooms.has(room)) return [];
  const isSchema = basename(file.path) === "schema.ts";
  const imports = file.imports
    .map(({ specifier }) => specifier)
    .filter((name) => !name.startsWith(".") && !pureImports.has(name))
    .filter((name) => !(isSchema && name === schemaPackage));
  const names = [...file.uses].filter((name) => impureNames.has(name));
  return [...imports, ...names].map((name) => `uses ${name}, but ${room} is pure`);
}

/** Walks what stays in the code when types are gone, `import()` included. */
export function loadProblems(
  entry: string,
  unwanted: ReadonlySet<string>,
  source: readonly SourceFile[],
): readonly string[] {
  const isUnwanted = (target: string): boolean =>
    [...unwanted].some((name) => target === name || target.startsWith(`${name}/`));
  const byPath = new Map(source.map((file) => [file.path, file]));
  const cameFrom = new Map([[entry, ""]]);
  const problems: string[] = [];
  for (const path of cameFrom.keys()) {
    for (const { specifier, isTypeOnly } of byPath.get(path)?.imports ?? []) {
      if (isTypeOnly) continue;
      const target = specifier.startsWith(".") ? join(dirname(path), specifier) : specifier;
      if (isUnwanted(target)) problems.push(`${trail(path, cameFrom)} imports ${target}`);
      else if (!cameFrom.has(target)) cameFrom.set(target, path);
    }
  }
  return problems;
}

function trail(path: string, cameFrom: ReadonlyMap<string, string>): string {
  const before = cameFrom.get(path) ?? "";
  return before === "" ? path : `${trail(before, cameFrom)} > ${path}`;
}

function roomOf(path: string): string {
  const [first = "", second] = relative("src", path).split("/");
  return second === undefined ? "" : first;
}

function floorNumber(room: string): number {
  if (room === "") return floors.length;
  const found = floorOf.get(room);
  assert.ok(found !== undefined, `no floor is drawn for "${room}": add it to floors.ts`);
  return found;
}
