/**
 * What `npm start` prints: every line is an address to open or a command to paste.
 */

import { styleText } from "node:util";

interface Line {
  readonly shown: string;
  readonly note: string;
}

interface Group {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function banner(port: number): string {
  const shownGroups = groups(`localhost:${port}`).map(({ title, lines }) => {
    const widest = Math.max(...lines.map(({ shown }) => shown.length));
    const shownLines = lines.map(
      ({ shown, note }) => `    ${paint("cyan", shown.padEnd(widest))}   ${paint("dim", note)}`,
    );
    return [`  ${title}`, ...shownLines, ""].join("\n");
  });
  const first = `  ${paint("bold", "Foregate demo")}  a small site, with Foregate in front of it`;
  return ["", first, "", ...shownGroups, "  Ctrl-C stops both.", "", ""].join("\n");
}

function groups(host: string): readonly Group[] {
  const site = `http://${host}`;
  return [
    {
      title: "Open",
      lines: [
        { shown: `${site}/`, note: "pages, pictures, forms" },
        { shown: `${site}/clock`, note: "server-sent events" },
        { shown: `${site}/echo`, note: "WebSocket" },
        { shown: `${site}/slow?ms=3000`, note: "a page that arrives in pieces" },
        { shown: `${site}/app/login`, note: "the same site below /app, which Foregate strips" },
      ],
    },
    {
      title: "Or on a terminal",
      lines: [
        { shown: `curl -i ${site}/headers -H 'Accept: application/json'`, note: "what it saw" },
        { shown: `curl -N ${site}/clock/events`, note: "one event a second" },
        { shown: `curl -N '${site}/slow?ms=3000'`, note: "a piece now and then" },
        { shown: `curl -i '${site}/app/login?name=Ada'`, note: "Location, Set-Cookie mapped back" },
        { shown: `curl -o /dev/null '${site}/large?bytes=1000000000'`, note: "1 GB down" },
        { shown: `curl -T package-lock.json ${site}/upload`, note: "up; compare the sha256" },
        { shown: `npx wscat -c ws://${host}/echo/ws`, note: "WebSocket" },
      ],
    },
  ];
}

/** Colour only where a person looks: `styleText` asks the stream, NO_COLOR and TERM. */
function paint(format: "bold" | "cyan" | "dim", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}
