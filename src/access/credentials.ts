/**
 * The name and password of an Authorization field (RFC 7617 §2): `Basic`, and in Base64 a name, a
 * colon and a password, in UTF-8. Read strictly: what could be read in two ways is no password.
 */

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The scheme is in any case (RFC 9110 §11.1). */
const basicPattern = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
/** RFC 7617 §2 forbids them in both parts. */
const controls = /[\x00-\x1f\x7f]/;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** undefined: they are not there, or not well-formed. */
export function readBasicCredentials(value: string): Credentials | undefined {
  const encoded = basicPattern.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  // The decoder skips what it does not know, and bits that are left over.
  if (bytes.toString("base64") !== encoded) return undefined;
  const text = decode(bytes);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 0 || controls.test(text)) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** undefined: not UTF-8. */
function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
