/** A config that comes to something else than the first time. */

/** By which it is known when it comes from another thread. */
export const codeErrorName = "CodeError";

export class CodeError extends Error {
  override readonly name = codeErrorName;

  constructor(what: string, options?: ErrorOptions) {
    super(`the config was imported once more for its functions: ${what}`, options);
  }
}
