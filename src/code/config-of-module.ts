/** From a config's module to its value: the default export, or what that function makes. */

export class NoDefaultExport extends Error {
  override readonly name = "NoDefaultExport";
}

/** Rejects with whatever the module throws. */
export async function configOfModule(url: string): Promise<unknown> {
  const module = (await import(url)) as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(module, "default")) throw new NoDefaultExport("Cannot find a default export");
  const given: unknown = module["default"];
  return await (typeof given === "function" ? (given as () => unknown)() : given);
}
