/**
 * What all pages of the demo share: head, navigation, and a footer that says how the request came.
 *
 * Every link is relative, and `root` leads back up, so the same pages work when Foregate serves
 * them under a prefix that it strips.
 */

import { html, type Html } from "./html.ts";
import { field, type Visit } from "./visit.ts";

export interface Page {
  readonly title: string;
  /** One sentence under the title. */
  readonly lead: string;
  /** A script of `public/` to load, without its ending. */
  readonly script?: string;
}

/** A page in two halves, so that the slow page can send its middle piece by piece. */
export interface Frame {
  readonly top: Html;
  readonly bottom: Html;
}

const links = [
  { href: "", text: "Home" },
  { href: "gallery", text: "Gallery" },
  { href: "form", text: "Form" },
  { href: "clock", text: "Clock" },
  { href: "echo", text: "Echo" },
  { href: "slow?ms=3000", text: "Slow" },
  { href: "headers", text: "Headers" },
  { href: "login", text: "Login" },
] as const;

export function wholePage(visit: Visit, page: Page, body: Html): Html {
  const { top, bottom } = frame(visit, page);
  return html`${top}${body}${bottom}`;
}

export function frame(visit: Visit, page: Page): Frame {
  const root = rootOf(visit.url.pathname);
  const script =
    page.script === undefined
      ? undefined
      : html`<script type="module" src="${root}assets/${page.script}.js"></script>`;

  const top = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} · Foregate demo</title>
        <link rel="icon" type="image/svg+xml" href="${root}images/mark.svg" />
        <link rel="stylesheet" href="${root}assets/style.css" />
        <link rel="stylesheet" href="${root}assets/pages.css" />
        ${script}
      </head>
      <body>
        <header class="bar">
          <a class="brand" href="${root}"
            ><img src="${root}images/mark.svg" alt="" width="28" height="28" />Foregate demo</a
          >
          <nav aria-label="Pages">${links.map((link) => navigationLink(visit, root, link))}</nav>
        </header>
        <main>
          <h1>${page.title}</h1>
          <p class="lead">${page.lead}</p>
     `;
  return { top, bottom: html`</main>\n${footer(visit)}\n</body>\n</html>\n` };
}

function navigationLink(visit: Visit, root: string, link: (typeof links)[number]): Html {
  const here = visit.url.pathname === `/${link.href.split("?", 1)[0] ?? ""}`;
  const current = here ? html` aria-current="page"` : undefined;
  return html`<a href="${root}${link.href}" ${current}>${link.text}</a>`;
}

function footer(visit: Visit): Html {
  const via = field(visit, "via");
  const how =
    via === undefined
      ? html`You reached the demo upstream <strong>directly</strong>, without Foregate in front.`
      : html`Served by the demo upstream <strong>through Foregate</strong>.`;
  return html`<footer>
    <p>${how} It saw:</p>
    <dl class="seen">
      ${seen("Via", via)} ${seen("X-Forwarded-For", field(visit, "x-forwarded-for"))}
    </dl>
  </footer>`;
}

function seen(name: string, value: string | undefined): Html {
  const shown = value === undefined ? html`<em>did not arrive</em>` : html`<code>${value}</code>`;
  return html`<div>
    <dt>${name}</dt>
    <dd>${shown}</dd>
  </div>`;
}

/** The way from a path to the start: `./` from `/a`, `../` from `/a/b`. */
export function rootOf(path: string): string {
  const depth = path.split("/").length - 2;
  return depth <= 0 ? "./" : "../".repeat(depth);
}
