/** JSON with comments to JSON: each comment becomes as many spaces, so that every place stays. */

/** Text in quotes is found first, so that `"http://x"` is none. */
const quotedOrComment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g;

export function blankComments(text: string): string {
  return text.replaceAll(quotedOrComment, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[^\r\n]/g, " "),
  );
}
