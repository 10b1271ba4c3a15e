/**
 * `import … from "foregate"` in a config, and in whatever it imports, is the program that runs,
 * wherever the config lies and whatever is installed beside it.
 *
 * Who imports nothing but `defineConfig` gets the small file that it is in: the whole proxy takes
 * a quarter of a second to load, and a config does not need it.
 */

import { readFileSync } from "node:fs";
import nodeModule, {
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
} from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import { keepModule, keptModule, noteModule, type ModuleText } from "./kept-modules.ts";

/** The source, or what it was made into. */
const extension = extname(import.meta.url);
const wholeUrl = new URL(`../foregate${extension}`, import.meta.url).href;
const smallUrl = new URL(`../config/define-config${extension}`, import.meta.url).href;

const programName = "foregate";

export interface FailedImport {
  readonly specifier: string;
  /** The URL or the path of who imports. */
  readonly importer: string | undefined;
}

let failed: FailedImport | undefined;

/** The last import on this thread that led nowhere. */
export const failedImport = (): FailedImport | undefined => failed;

const read: string[] = [];

/** The files of this thread's imports, the last one first; not those of packages. */
export const filesRead = (): readonly string[] => read.toReversed();

/** The configs that were read on this thread. */
const configUrls = new Set<string>();

/** On this thread, from now on. */
export function hookProgramName(configUrl: string): void {
  const isHooked = configUrls.size > 0;
  configUrls.add(configUrl);
  if (isHooked) return;
  if (process.versions["bun"] !== undefined) hookInBun();
  else nodeModule.registerHooks({ resolve: resolveName, load: loadModule });
}

function resolveName(
  specifier: string,
  around: ResolveHookContext,
  next: (specifier: string, around: ResolveHookContext) => ResolveFnOutput,
): ResolveFnOutput {
  const importer = around.parentURL;
  if (specifier === programName) return { url: programUrl(importer), shortCircuit: true };
  const url = importer && relativeUrl(specifier, importer);
  if (url !== undefined && keptModule(url) !== undefined) return { url, shortCircuit: true };
  try {
    const found = next(specifier, around);
    return { ...found, url: ofGeneration(found.url, generationOf(importer)) };
  } catch (error) {
    failed = { specifier, importer };
    throw error;
  }
}

/** What a relative name stands for; undefined: it is none. */
function relativeUrl(specifier: string, importer: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  const { href } = new URL(specifier, plainUrl(importer));
  return ofGeneration(href, generationOf(importer));
}

/** These are what is imported from now on in this generation, whatever is on the disk. */
export function keepModules(modules: readonly ModuleText[], generation: number): void {
  for (const module of modules) keepModule(ofGeneration(module.url, generation), module);
}

/** What a config imports changes with it, but for packages and the runtime's own. */
export function ofGeneration(url: string, generation: number): string {
  if (generation === 0 || !isFile(url) || url.includes("/node_modules/")) return url;
  const plain = plainUrl(url);
  // The other runtime drops what stands behind a URL, but not what stands behind a path.
  const name = process.versions["bun"] === undefined ? plain : fileURLToPath(plain);
  return `${name}${generationMark}${generation}`;
}

const generationMark = "?gen=";

const plainUrl = (url: string): string => url.split(generationMark, 1)[0]!;

const generationOf = (url: string | undefined): number =>
  Number(url?.split(generationMark)[1] ?? 0);

function loadModule(
  url: string,
  around: LoadHookContext,
  next: (url: string, around: LoadHookContext) => LoadFnOutput,
): LoadFnOutput {
  const kept = keptModule(url);
  if (kept !== undefined) return { format: kept.format, source: kept.text, shortCircuit: true };
  const isOurs = isFile(url) && !url.includes("/node_modules/");
  if (isOurs) read.push(fileURLToPath(url));
  const format = formatOf(url, around.format ?? undefined);
  const loaded = next(url, format === undefined ? around : { ...around, format });
  if (isOurs) noteModule(url, loaded);
  return loaded;
}

/** What we use of the other runtime, which has no hooks. */
interface BunRuntime {
  plugin(plugin: { readonly name: string; setup(build: BunBuild): void }): void;
}

interface BunBuild {
  module(
    name: string,
    load: () => Promise<{ readonly exports: object; readonly loader: "object" }>,
  ): void;
}

function hookInBun(): void {
  const { Bun } = globalThis as unknown as { readonly Bun: BunRuntime };
  Bun.plugin({
    name: programName,
    setup(build) {
      build.module(programName, async () => {
        const exports = (await import(wholeUrl)) as object;
        return { exports: { ...exports }, loader: "object" };
      });
    },
  });
}

/** A config is a module, whatever a package.json around it says, or does not say. */
function formatOf(url: string, found: string | undefined): string | undefined {
  const isConfig = configUrls.has(plainUrl(url));
  if (!isConfig && found !== undefined) return undefined;
  if (/\.m?ts$/.test(plainUrl(url))) return "module-typescript";
  return isConfig ? "module" : undefined;
}

function programUrl(importer: string | undefined): string {
  return importer !== undefined && isFile(importer) && importsLittle(textAt(importer))
    ? smallUrl
    : wholeUrl;
}

const textAt = (url: string): string =>
  keptModule(url)?.text ?? readFileSync(fileURLToPath(url), "utf8");

const isFile = (url: string): boolean => url.startsWith("file:");

const importPattern = /\b(import\s+type\b|import|export)\s*([^;"'`]*?)\bfrom\s*["']foregate["']/g;

/** Whether every name that this text imports from the program is `defineConfig`, or a type. */
function importsLittle(text: string): boolean {
  const imports = [...text.matchAll(importPattern)];
  const mentions = text.match(/["'`]foregate["'`]/g)?.length ?? 0;
  return (
    imports.length === mentions &&
    imports.every(([, how = "", names = ""]) => {
      const listed = /^\{([^}]*)\}\s*$/.exec(names)?.[1];
      if (how.endsWith("type")) return true;
      return how === "import" && listed !== undefined && listed.split(",").every(isLittle);
    })
  );
}

const isLittle = (name: string): boolean =>
  /^\s*(?:defineConfig(?:\s+as\s+[\w$]+)?|type\s[^]*)?\s*$/.test(name);
