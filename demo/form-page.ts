/**
 * The form page: takes fields as a query, urlencoded or multipart, and shows what arrived.
 */

import { createHash } from "node:crypto";

import { wholePage } from "./frame.ts";
import { html, type Html } from "./html.ts";
import { errorPage } from "./pages.ts";
import { field, readBody, sendPage, type Visit } from "./visit.ts";

/** Forms are held in memory, so they are small; `/upload` takes any size. */
const formBytesMax = 8 * 1024 * 1024;

interface Received {
  readonly how: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly name: string;
  readonly value: string;
  /** What is known of a file beside its name. */
  readonly note?: string;
}

export function showForm(visit: Visit): void {
  const entries = Array.from(visit.url.searchParams, ([name, value]) => ({ name, value }));
  sendForm(visit, entries.length === 0 ? undefined : { how: "GET, as a query", entries });
}

export async function takeForm(visit: Visit): Promise<void> {
  const type = field(visit, "content-type") ?? "";
  const body = await readBody(visit, formBytesMax);
  if (body === undefined) {
    errorPage(visit, 413, `A form may have ${formBytesMax} bytes; use /upload for more.`);
    return;
  }
  const form = await parseForm(body, type);
  if (form === undefined) {
    errorPage(visit, 400, "This body is no form: want urlencoded or multipart/form-data.");
    return;
  }
  const entries = await Promise.all(Array.from(form, ([name, value]) => entryOf(name, value)));
  const how = `POST, ${type.split(";", 1)[0] ?? ""}, ${body.length} bytes`;
  sendForm(visit, { how, entries });
}

/** Undefined if it is not a form, or one that is cut off. */
async function parseForm(body: Buffer, type: string): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(body), {
      headers: { "content-type": type },
    }).formData();
  } catch {
    return undefined;
  }
}

async function entryOf(name: string, value: string | File): Promise<Entry> {
  if (typeof value === "string") return { name, value };
  const hash = createHash("sha256")
    .update(await value.bytes())
    .digest("hex");
  const note = `${value.type || "no type"}, ${value.size} bytes, sha256 ${hash}`;
  return { name, value: value.name || "(no file)", note };
}

function sendForm(visit: Visit, received: Received | undefined): void {
  const lead = "Three ways for a form to travel. What arrives is shown, and kept nowhere.";
  const body = html`${received === undefined ? undefined : receivedTable(received)}
    <div class="cards forms">
      <form class="panel" method="get" action="form">
        <h2>As a query</h2>
        <label>Search <input name="q" required placeholder="gates &amp; arches" /></label>
        <label
          >Order
          <select name="order">
            <option>newest</option>
            <option>oldest</option>
          </select></label
        >
        <button>GET</button>
      </form>
      <form class="panel" method="post" action="form">
        <h2>Urlencoded</h2>
        <label>Name <input name="name" required autocomplete="name" /></label>
        <label>Message <textarea name="message" rows="3"></textarea></label>
        <button>POST</button>
      </form>
      <form class="panel" method="post" action="form" enctype="multipart/form-data">
        <h2>Multipart</h2>
        <label>Title <input name="title" required /></label>
        <label>File <input name="file" type="file" /></label>
        <button>POST</button>
      </form>
    </div> `;
  sendPage(visit, wholePage(visit, { title: "Form", lead }, body));
}

function receivedTable({ how, entries }: Received): Html {
  return html`<section class="received" aria-label="What arrived">
    <h2>Arrived <small>${how}</small></h2>
    <table class="fields">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          ({ name, value, note }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>
                <span class="exact">${value}</span>
                ${note === undefined ? undefined : html`<br /><small>${note}</small>`}
              </td>
            </tr> `,
        )}
      </tbody>
    </table>
  </section>`;
}
