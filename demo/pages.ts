/**
 * The demo's pages that only show something: home, gallery, clock, echo, request fields, not found.
 */

import { rootOf, wholePage } from "./frame.ts";
import { html, type Html } from "./html.ts";
import { pictures } from "./pictures.ts";
import { field, sendJson, sendPage, type Visit } from "./visit.ts";

interface Card {
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

const cards: readonly Card[] = [
  {
    href: "gallery",
    title: "Gallery",
    text: "Seven pictures, drawn by code: SVG and PNG, with validators, so a reload costs a 304.",
  },
  {
    href: "form",
    title: "Form",
    text: "Send fields as a query, urlencoded or multipart, and see what arrived.",
  },
  {
    href: "clock",
    title: "Clock",
    text: "Server-sent events: each hand moves when an event comes through.",
  },
  {
    href: "echo",
    title: "Echo",
    text: "A WebSocket that says back what you say, with the round trip measured.",
  },
  {
    href: "slow?ms=3000",
    title: "Slow page",
    text: "An arch built stone by stone, one piece of the response at a time.",
  },
  {
    href: "headers",
    title: "Headers",
    text: "The request fields exactly as the upstream received them.",
  },
  {
    href: "login",
    title: "Login",
    text: "A cookie for Path=/ and a redirect to a name that only the inside knows.",
  },
  {
    href: "large?bytes=10000000",
    title: "Large file",
    text: "Ten megabytes of known bytes, streamed. Ask for as many as you like.",
  },
];

export function homePage(visit: Visit): void {
  const lead = "A few real pages to try a reverse proxy on. Nothing here comes from elsewhere.";
  const body = html`${way(visit)}
    <ul class="cards">
      ${cards.map(
        ({ href, title, text }) =>
          html`<li>
            <a href="${href}"
              ><h2>${title}</h2>
              <p>${text}</p></a
            >
          </li> `,
      )}
    </ul> `;
  sendPage(visit, wholePage(visit, { title: "The site behind the gate", lead }, body));
}

/** The three parties of this very request, each with what is known of it. */
function way(visit: Visit): Html {
  const via = field(visit, "via");
  const client = field(visit, "x-forwarded-for") ?? visit.request.socket.remoteAddress;
  const gate =
    via === undefined
      ? html`<li class="missing"><b>Foregate</b><code>not on the way</code></li>`
      : html`<li class="gate"><b>Foregate</b><code>Via: ${via}</code></li>`;
  return html`<ol class="way" aria-label="The way this request came">
    <li><b>You</b><code>${client}</code></li>
    ${gate}
    <li><b>Demo upstream</b><code>${visit.ownHost}</code></li>
  </ol>`;
}

export function galleryPage(visit: Visit): void {
  const lead = "Drawn by code in this repository; every visit sees the same pictures.";
  const body = html`<div class="gallery">
    ${pictures.map(
      ({ name, title, note, width, height }) =>
        html`<figure class="${width > height ? "wide" : "square"}">
          <a href="images/${name}">
            <img src="images/${name}" alt="${title}" width="${width}" height="${height}" />
          </a>
          <figcaption><b>${title}</b> ${note} <code>${name}</code></figcaption>
        </figure>`,
    )}
  </div> `;
  sendPage(visit, wholePage(visit, { title: "Gallery", lead }, body));
}

export function clockPage(visit: Visit): void {
  const lead = "The server sends one event a second; a proxy that buffers would stop this clock.";
  const marks = Array.from(
    { length: 60 },
    (_, minute) =>
      html`<line
        class="${minute % 5 === 0 ? "hour" : "minute"}"
        y1="-92"
        y2="${minute % 5 === 0 ? -80 : -88}"
        transform="rotate(${minute * 6})"
      />`,
  );
  const body = html`<div class="clock">
      <svg viewBox="-100 -100 200 200" role="img" aria-label="Clock">
        <circle class="face" r="98" />
        ${marks}
        <line class="hand" id="hours" y1="10" y2="-48" />
        <line class="hand" id="minutes" y1="12" y2="-72" />
        <line class="hand" id="seconds" y1="18" y2="-82" />
        <circle class="pin" r="4" />
      </svg>
      <dl class="facts">
        <div>
          <dt>Server time (UTC)</dt>
          <dd id="time">–</dd>
        </div>
        <div>
          <dt>Events</dt>
          <dd id="count">0</dd>
        </div>
        <div>
          <dt>Gap to the last one</dt>
          <dd id="gap">–</dd>
        </div>
        <div>
          <dt>Stream</dt>
          <dd id="state" role="status">connecting …</dd>
        </div>
      </dl>
    </div>
    <p class="note">
      On a terminal: <code>curl -N</code> this site's
      <a href="clock/events"><code>clock/events</code></a
      >.
    </p>
    <noscript><p class="note">This page needs JavaScript to move its hands.</p></noscript> `;
  sendPage(visit, wholePage(visit, { title: "Clock", lead, script: "clock" }, body));
}

export function echoPage(visit: Visit): void {
  const lead = "What you send over the WebSocket comes back unchanged.";
  const body = html`<section class="panel">
      <p><span class="lamp" id="lamp"></span> <span id="state" role="status">connecting …</span></p>
      <ol class="talk" id="talk" aria-live="polite"></ol>
      <form class="row" id="say">
        <label for="text" class="hidden">Message</label>
        <input
          id="text"
          name="text"
          autocomplete="off"
          placeholder="Say something"
          required
          disabled
        />
        <button disabled>Send</button>
      </form>
    </section>
    <noscript><p class="note">This page needs JavaScript to open its WebSocket.</p></noscript> `;
  sendPage(visit, wholePage(visit, { title: "Echo", lead, script: "echo" }, body));
}

/** As a table for people and as JSON for programs (`Accept: application/json`). */
export function headersPage(visit: Visit): void {
  const { request } = visit;
  const { rawHeaders } = request;
  const lines = Array.from({ length: rawHeaders.length / 2 }, (_, at) => ({
    name: rawHeaders[at * 2] ?? "",
    value: rawHeaders[at * 2 + 1] ?? "",
  }));
  const peer = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
  const { method = "", url: target = "", httpVersion } = request;

  visit.response.setHeader("Vary", "Accept");
  if (/\bapplication\/json\b/i.test(field(visit, "accept") ?? "")) {
    sendJson(visit, { method, target, httpVersion, peer, fields: lines });
    return;
  }
  const lead = "The request as the upstream received it: order, case and duplicates untouched.";
  const body = html`<p class="request">
      <code>${method} ${target} HTTP/${httpVersion}</code> from <code>${peer}</code>
    </p>
    <table class="fields">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ({ name, value }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td><span class="exact">${value}</span></td>
            </tr> `,
        )}
      </tbody>
    </table>
    <p class="note">For programs: <code>curl -H 'Accept: application/json'</code> this page.</p> `;
  sendPage(visit, wholePage(visit, { title: "Headers", lead }, body));
}

export function errorPage(visit: Visit, status: number, text: string): void {
  const home = rootOf(visit.url.pathname);
  const body = html`<p><a class="button" href="${home}">Go to the start</a></p> `;
  sendPage(visit, wholePage(visit, { title: String(status), lead: text }, body), status);
}
