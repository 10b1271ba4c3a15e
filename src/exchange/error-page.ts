/** The page that people see when an exchange failed: one screen, dark or light, no script. */

const style =
  ":root{color-scheme:light dark}" +
  "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1.5em}" +
  "h1{font-size:1.4em}b{opacity:.65;font-weight:400}small{opacity:.65;overflow-wrap:anywhere}";

export function pageBefore(status: number, title: string, says: string): string {
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width">' +
    `<title>${status} ${title}</title><style>${style}</style>` +
    `<h1><b>${status}</b> ${title}</h1><p>${says}</p><small>Request `
  );
}

export const pageAfter: string = "</small></html>\n";
