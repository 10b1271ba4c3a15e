/** What clients get. */

import {
  all,
  asked,
  either,
  field,
  got,
  isDropped,
  isKept,
  isTheirs,
  keepsOrder,
  oursIs,
  peerIs,
  theirsIs,
} from "./cover.ts";
import type { Explanation } from "./explanation.ts";

const interim = ["answer: early hints", "answer: processing", "answer: unasked 100"];

const upgradeRefused = ["a WebSocket of an old kind", "answer: upgrade required"];

const connections: readonly Explanation[] = [
  {
    title: "Connection in answers",
    why:
      "HTTP/1.1 connections stay open unless one side says `close`, so we say nothing else " +
      "(RFC 9112 §9.3); HTTP/1.0 clients are told `keep-alive` where they asked for it and " +
      "`close` where only the end of the connection ends the body. What an upstream said of " +
      "its own connection is not the client's business.",
    covers: either(
      got(field("connection"), isTheirs),
      got(field("connection"), isDropped),
      got(field("connection"), oursIs("close"), ({ request }) =>
        request.bytes.includes("HTTP/1.0"),
      ),
    ),
  },
  {
    title: "Fields for one hop in answers",
    why:
      "`Keep-Alive`, `Proxy-Connection` and what `Connection` names end here as they do in " +
      "requests (RFC 9110 §7.6.1); nginx and HAProxy pass some of them on.",
    covers: got(field("keep-alive", "proxy-connection", "x-hop"), isDropped),
  },
  {
    title: "Upgrade in an answer that switches nothing",
    why:
      "`Upgrade` is for one hop, and which protocols this one speaks is ours to say. HAProxy " +
      "even adds `Sec-WebSocket-Accept` to a refusal.",
    covers: all(
      asked(...upgradeRefused),
      either(got(field("upgrade"), isDropped), got(field("sec-websocket-accept"), isTheirs)),
    ),
  },
  {
    title: "Interim answers",
    why:
      "100, 102 and 103 are passed on as they come (RFC 9110 §15.2), and never to HTTP/1.0. " +
      "This nginx takes a 103 for the answer and leaves the client waiting; Caddy adds `Server`, " +
      "HAProxy writes small letters, and both tell HTTP/1.0 clients too.",
    covers: either(
      got("interim", isKept, asked(...interim)),
      got("interim", oursIs(undefined), asked("HTTP/1.0 for early hints")),
      got(
        "answers",
        peerIs("nginx"),
        oursIs("1"),
        theirsIs("0"),
        asked(...interim, "HTTP/1.0 for early hints"),
      ),
    ),
  },
];

const bodies: readonly Explanation[] = [
  {
    title: "Bodies of unknown length",
    why:
      "An HTTP/1.1 client gets chunks even where the upstream ends its body by closing: with " +
      "HAProxy's answer a client cannot tell the end from a cut (RFC 9112 §8). HTTP/1.0 clients " +
      "get no chunks, and an answer to HEAD no coding: there is nothing coded.",
    covers: either(
      got(field("transfer-encoding"), oursIs("chunked"), ({ given }) => given === undefined),
      got(field("transfer-encoding"), isDropped, ({ request: { bytes } }) =>
        /^HEAD |HTTP\/1\.0/.test(bytes),
      ),
    ),
  },
  {
    title: "Trailers of an answer",
    why: "They pass, in the case in which they came. nginx drops them, HAProxy lowers their names.",
    covers: got("trailers", isKept),
  },
  {
    title: "Coded bodies",
    why:
      "Caddy asks upstreams for gzip by itself and unpacks what it gets. We leave codings to the " +
      "client and the upstream: the body passes as it is.",
    covers: got(
      /^(?:body|field (?:content-encoding|content-length|transfer-encoding))$/,
      peerIs("caddy"),
      asked("answer: gzip"),
      isKept,
    ),
  },
];

const heads: readonly Explanation[] = [
  {
    title: "Version of an answer",
    why:
      "A proxy says its own version (RFC 9110 §6.2), here always HTTP/1.1, also to clients that " +
      "say 1.0, which know what to do with it. HAProxy repeats the upstream's, Caddy the client's.",
    covers: got("version", oursIs("HTTP/1.1")),
  },
  {
    title: "Reason phrases",
    why: "They pass as they are. Caddy writes its own.",
    covers: got("reason", isKept),
  },
  {
    title: "Server",
    why: "The upstream's passes, and we add none: nobody needs to know what stands in front.",
    covers: got(field("server"), isKept),
  },
  {
    title: "Date",
    why:
      "The upstream's passes, since ages are counted from it; one is added where there is none " +
      "(RFC 9110 §6.6.1). nginx always writes its own.",
    covers: either(
      got(field("date"), isKept),
      got(field("date"), oursIs("(now)"), ({ given }) => given === undefined),
    ),
  },
  {
    title: "Location with the upstream's own address",
    why:
      "A redirect to the address by which only we can reach the upstream is mapped to the name " +
      "that the client used. The peers want a rule for each.",
    covers: got(
      field("location"),
      oursIs("http://www.example.com/in"),
      theirsIs("http://UPSTREAM/in"),
    ),
  },
  {
    title: "Fields that peers take out, put in or act on",
    why:
      "nginx takes orders from `X-Accel-*` answers, Caddy guesses a `Content-Type` and drops " +
      "`Alt-Svc`. We pass on what came and guess nothing: a guessed type may make text a script.",
    covers: either(
      got(field("x-accel-buffering", "x-accel-expires"), peerIs("nginx"), isKept),
      got(field("content-type"), peerIs("caddy"), isTheirs),
      got(field("alt-svc"), peerIs("caddy"), isKept),
    ),
  },
  {
    title: "Order of fields in answers",
    why:
      "The upstream's order, then what we add, then framing. Fields of one name keep their order " +
      "with everybody (RFC 9110 §5.3).",
    covers: got(
      "field order",
      keepsOrder("connection", "content-length", "date", "transfer-encoding", "upgrade", "via"),
    ),
  },
  {
    title: "Case of field names in answers",
    why:
      "As it came. HAProxy writes small letters, Caddy a capital for each word. Framing, which " +
      "we make ourselves, has capitals.",
    covers: got("field case", ({ given = "", ours = "" }) => {
      const came = given.split(" ");
      const isOurs = /^(?:Connection|Content-Length|Date|Transfer-Encoding|Upgrade|Via)$/;
      return ours.split(" ").every((name) => came.includes(name) || isOurs.test(name));
    }),
  },
];

export const answerExplanations: readonly Explanation[] = [...connections, ...bodies, ...heads];
