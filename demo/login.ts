/**
 * A login as old applications write it: a cookie for Path=/, and a redirect to an absolute URL with
 * the name that the application knows itself by.
 *
 * Both are wrong for a client outside, and the second lets it walk around the proxy: exactly what a
 * proxy that strips a prefix has to map back. The cookie is no secret; this is a demo.
 */

import { wholePage } from "./frame.ts";
import { html } from "./html.ts";
import { errorPage } from "./pages.ts";
import { field, readBody, sendPage, sendRedirect, type Visit } from "./visit.ts";

const cookieName = "demo_user";

/** Long enough for any name, short enough to stay far below every limit on fields. */
const nameCharactersMax = 64;

const bodyBytesMax = 4096;

/** `/login?name=Ada` logs in at once, so that curl can do it without a form. */
export function showLogin(visit: Visit): void {
  const name = visit.url.searchParams.get("name");
  if (name !== null) {
    logIn(visit, name);
    return;
  }
  const lead = "Any name will do; there is no password.";
  const body = html`<form class="panel narrow" method="post" action="login">
      <label
        >Name <input name="name" required maxlength="${nameCharactersMax}" autocomplete="username"
      /></label>
      <button>Log in</button>
    </form>
    <p class="note">
      The answer sets a cookie for <code>Path=/</code> and redirects to
      <code>http://${visit.ownHost}/account</code>. Under a stripped prefix, Foregate maps both
      back.
    </p> `;
  sendPage(visit, wholePage(visit, { title: "Login", lead }, body));
}

export async function takeLogin(visit: Visit): Promise<void> {
  const body = await readBody(visit, bodyBytesMax);
  if (body === undefined) {
    errorPage(visit, 413, `A login may have ${bodyBytesMax} bytes.`);
    return;
  }
  logIn(visit, new URLSearchParams(body.toString()).get("name") ?? "");
}

function logIn(visit: Visit, written: string): void {
  const name = written.trim().slice(0, nameCharactersMax).toWellFormed();
  if (name === "") {
    errorPage(visit, 400, "A login needs a name.");
    return;
  }
  const value = encodeURIComponent(name);
  visit.response.setHeader(
    "Set-Cookie",
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600`,
  );
  sendRedirect(visit, `http://${visit.ownHost}/account`);
}

export function showAccount(visit: Visit): void {
  const name = userOf(visit);
  if (name === undefined) {
    const lead = "You are not logged in: no cookie arrived.";
    const body = html`<p><a class="button" href="login">Log in</a></p> `;
    sendPage(visit, wholePage(visit, { title: "Account", lead }, body), 401);
    return;
  }
  const body = html`<form method="post" action="logout"><button>Log out</button></form> `;
  sendPage(
    visit,
    wholePage(visit, { title: "Account", lead: `You are logged in as ${name}.` }, body),
  );
}

/** The redirect has only a path here: the other form that has to be mapped back. */
export function takeLogout(visit: Visit): void {
  visit.request.resume();
  visit.response.setHeader("Set-Cookie", `${cookieName}=; Path=/; HttpOnly; Max-Age=0`);
  sendRedirect(visit, "/login");
}

function userOf(visit: Visit): string | undefined {
  const pairs = (field(visit, "cookie") ?? "").split(/[;,] */);
  const pair = pairs.find((written) => written.startsWith(`${cookieName}=`));
  if (pair === undefined) return undefined;
  try {
    return decodeURIComponent(pair.slice(cookieName.length + 1)) || undefined;
  } catch {
    return undefined;
  }
}
