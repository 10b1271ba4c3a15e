/** What upstreams see, and which requests they see at all. */

import {
  all,
  asked,
  either,
  field,
  givenIs,
  got,
  isDropped,
  isKept,
  isTheirs,
  keepsOrder,
  oursIs,
  peerIs,
  refusedHere,
  refusedThere,
  seen,
  theirsIs,
} from "./cover.ts";
import type { Covers } from "./cover.ts";
import type { Difference } from "./differences.ts";
import type { Explanation } from "./explanation.ts";

/** The authority that a request names: its target's, else its `Host`, in small letters. */
const namesHost: Covers = ({ request, ours }) => {
  const target = /^\S+ http:\/\/([^/? ]*)/.exec(request.bytes)?.[1];
  const host = /^host: *(.+?)\r$/im.exec(request.bytes)?.[1];
  return ours === (target ?? host ?? "UPSTREAM").toLowerCase();
};

/** Written with `-` for every other mark it is a field that means something. */
const looksLike: Covers = ({ aspect }) =>
  /^(?:content-type|x-forwarded-(?:for|proto)|x-request-id)$/.test(
    aspect.slice("field ".length).replaceAll(/[._]/g, "-"),
  );

const isWebSocket = asked(
  "a WebSocket",
  "a WebSocket of an old kind",
  "a WebSocket that is refused",
);

const toldOfClient: readonly Explanation[] = [
  {
    title: "X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto",
    why:
      "An upstream does not see the client, so it is told by default, as Caddy does; nginx and " +
      "HAProxy do it when they are configured to. What an untrusted client says in these fields " +
      "is replaced, since applications believe it; `trust` names the peers whose words are kept.",
    covers: either(
      seen(field("x-forwarded-for"), oursIs("127.0.0.1")),
      seen(field("x-forwarded-proto"), oursIs("http")),
      seen(field("x-forwarded-host"), namesHost),
      seen(field("x-forwarded-host"), isTheirs, theirsIs(""), asked("HTTP/1.0 without Host")),
    ),
  },
  {
    title: "Forwarded, X-Real-IP, X-Forwarded-Port and -Prefix from a client",
    why:
      "They say the same by other names, and only a trusted proxy may say it: from anybody else " +
      "they are dropped, and `X-Real-IP` is set to the address that we see (RFC 7239 §8.1).",
    covers: either(
      seen(field("forwarded", "x-forwarded-port", "x-forwarded-prefix"), isDropped),
      seen(field("x-real-ip"), oursIs("127.0.0.1")),
    ),
  },
  {
    title: "Via",
    why:
      "RFC 9110 §7.6.3 has every gateway add itself to a request; it is how loops are found " +
      "(answered with 508). We add a line of our own behind the others, to answers too, and the " +
      "name is one instance's alone.",
    covers: either(seen(field("via"), addsVia), got(field("via"), addsVia)),
  },
  {
    title: "X-Request-Id",
    why:
      "Made when there is none, so that our log, an error answer and the upstream's log can be " +
      "put together. One that came is kept if it is a plain word of at most 128 characters; " +
      "anything else would be somebody's text in everybody's log.",
    covers: seen(field("x-request-id"), oursIs("(made here)")),
  },
  {
    title: "traceparent",
    why:
      "A trace begins here if it has not begun before, and a value that is none is replaced (W3C " +
      "Trace Context). A good one passes unchanged, and so does `tracestate`.",
    covers: seen(field("traceparent"), oursIs("(made here)")),
  },
];

const host: readonly Explanation[] = [
  {
    title: "Host",
    why:
      "The upstream gets the name that the client used, because links, cookies and redirects are " +
      "made from it. nginx by default sends the name from its own config, Caddy and HAProxy keep " +
      "it as we do; we write it in small letters, so that one site has one name (RFC 9110 §4.2.3).",
    covers: seen(field("host"), ({ given }) => given !== undefined, namesHost),
  },
  {
    title: "No Host in HTTP/1.0",
    why:
      "HTTP/1.1 demands a `Host` upstream, and many a server refuses an empty one: it gets its " +
      "own address.",
    covers: seen(field("host"), givenIs(undefined), oursIs("UPSTREAM")),
  },
  {
    title: "Absolute-form",
    why:
      "Upstreams get origin-form and the target's authority as `Host`, whatever `Host` said " +
      "(RFC 9112 §3.2.1, §3.2.2): two names in one request are two answers to one question. " +
      "HAProxy passes the target on as it is, and refuses it where the names differ or the path " +
      "is missing before a query.",
    covers: either(
      seen(
        "target",
        peerIs("haproxy"),
        ({ given, ours }) => ours === `/${(given ?? "").replace(/^http:\/\/[^/]*\/?/, "")}`,
      ),
      refusedThere("absolute-form of another host", "absolute-form with a query only"),
    ),
  },
];

const hops: readonly Explanation[] = [
  {
    title: "Fields for one hop",
    why:
      "`Connection`, `Keep-Alive`, `Proxy-Connection`, `Proxy-Authorization`, `TE`, " +
      "`HTTP2-Settings` and every field that `Connection` names end here (RFC 9110 §7.6.1). " +
      "nginx and HAProxy pass on some of them.",
    covers: either(
      seen(
        field("connection", "keep-alive", "proxy-connection", "http2-settings", "te"),
        isDropped,
      ),
      seen(field("proxy-authorization", "x-a", "x-hop"), isDropped),
    ),
  },
  {
    title: "TE: trailers",
    why:
      "Whether the client takes trailers decides whether an upstream sends them (gRPC insists), " +
      "so we ask for them in our own name, with `TE` in `Connection` (RFC 9110 §10.1.4). nginx " +
      "and this Caddy do not.",
    covers: either(
      seen(field("te"), oursIs("trailers"), isKept),
      seen(field("connection"), oursIs("TE")),
    ),
  },
  {
    title: "WebSocket",
    why:
      "Works without a word of configuration; nginx wants `proxy_set_header Upgrade` first, and " +
      "until then upstreams see an ordinary GET.",
    covers: all(
      peerIs("nginx"),
      isWebSocket,
      either(
        seen(field("upgrade"), isKept),
        seen(field("connection"), oursIs("Upgrade")),
        got(/^(?:status|reason|body|field .*)$/, isKept),
        got("status", oursIs("101"), theirsIs("426")),
        got(field("connection"), oursIs("Upgrade")),
      ),
    ),
  },
  {
    title: "Other upgrades",
    why:
      "Only protocols that a route allows (`websocket`) are switched to. `h2c` above all would " +
      "open a tunnel past every rule for paths and fields, so `Upgrade` is dropped and the " +
      "request goes on without it (RFC 9110 §7.8 lets us).",
    covers: seen(field("upgrade"), isDropped),
  },
  {
    title: "HTTP/1.0",
    why:
      "A proxy says its own version (RFC 9110 §6.2): upstreams always get HTTP/1.1, with its " +
      "keep-alive and chunked answers, which we translate for the client. HAProxy says 1.0 in " +
      "its turn and asks for keep-alive.",
    covers: either(
      seen("version", givenIs("HTTP/1.0"), oursIs("HTTP/1.1")),
      seen(field("connection"), isTheirs, peerIs("haproxy")),
    ),
  },
  {
    title: "Max-Forwards",
    why:
      "RFC 9110 §7.6.2: each proxy counts `OPTIONS` down by one, and answers it at 0. " +
      "With other methods the field means nothing and passes.",
    covers: either(
      seen(field("max-forwards"), ({ given, ours }) => Number(ours) === Number(given) - 1),
      refusedHere(204, "OPTIONS without hops left"),
    ),
  },
  {
    title: "TRACE",
    why: "Refused with 405: it shows whoever asks what fields other hops add. nginx does the same.",
    covers: refusedHere(405, "TRACE"),
  },
];

const bodies: readonly Explanation[] = [
  {
    title: "Expect: 100-continue",
    why:
      "Answered here where the body is collected first, so that a slow upload occupies nobody; " +
      "passed on where it is streamed (RFC 9110 §10.1.1). nginx answers 100 itself, this Caddy " +
      "does both, and each sends one to clients that did not wait.",
    covers: either(
      seen(field("expect"), either(isKept, isDropped)),
      got("interim", peerIs("nginx"), oursIs(undefined), theirsIs("HTTP/1.1 100 Continue")),
      got("interim", peerIs("caddy"), asked("Expect without waiting"), oursIs(undefined)),
      got(
        "interim",
        peerIs("caddy"),
        asked("Expect with a body", "Expect with chunks"),
        oursIs("HTTP/1.1 100 Continue"),
      ),
    ),
  },
  {
    title: "Expect with nothing to expect",
    why:
      "Without a body there is nothing to wait for, and HTTP/1.0 has no 100: the field is " +
      "dropped. Any other expectation is answered with 417 (RFC 9110 §10.1.1).",
    covers: either(
      seen(field("expect"), isDropped, asked("Expect without a body", "Expect in HTTP/1.0")),
      refusedHere(417, "Expect something else"),
    ),
  },
  {
    title: "How a request's body is framed",
    why:
      "Chunked stays chunked, in chunks of ours, and a length stays a length: a body is never " +
      "held back to be counted. nginx counts what has already arrived; Caddy writes a length of " +
      "0 for a POST without one and leaves it out of a GET.",
    covers: either(
      seen(field("transfer-encoding"), oursIs("chunked")),
      seen(field("content-length"), isTheirs),
      seen(field("content-length"), isKept, oursIs("0"), peerIs("caddy")),
    ),
  },
  {
    title: "Trailers of a request",
    why:
      "They pass, in the case in which they came, without those that must not be trailers " +
      "(RFC 9110 §6.5.1). nginx and this Caddy drop them, HAProxy writes small letters.",
    covers: seen("trailers", isKept),
  },
  {
    title: "Trailer",
    why:
      "The list of trailers to come would be a promise about fields that a hop may drop, ours " +
      "included, so it ends here, in requests and in answers: it is but a hint (RFC 9110 §6.6.2).",
    covers: either(seen(field("trailer"), isDropped), got(field("trailer"), isDropped)),
  },
];

const targets: readonly Explanation[] = [
  {
    title: "Paths and queries pass byte for byte",
    why:
      "`//`, `/../`, `%2e`, `%2F`, a `%` that codes nothing and marks that should be coded reach " +
      "the upstream as they came; routes match the same bytes, so nothing is decided on one form " +
      "and sent as another. Caddy codes some marks; nginx and Caddy refuse what is no code.",
    covers: either(
      seen("target", peerIs("caddy"), isKept),
      refusedThere("a percent that codes nothing", "dots in front", "a coded NUL"),
    ),
  },
  {
    title: "Targets that are no URI",
    why:
      "Bytes over 127 and a fragment cannot stand in a target (RFC 9112 §3.2, RFC 3986 §2), and " +
      "servers differ in what they make of them: 400. No browser or library sends them.",
    covers: refusedHere(400, "bytes over 127", "a fragment"),
  },
  {
    title: "Host: without a name",
    why: "An http URI without a host is invalid (RFC 9110 §4.2.1): 400, as nginx says.",
    covers: refusedHere(400, "Host without a name"),
  },
  {
    title: "OPTIONS *",
    why:
      "It asks about the server, and that is the upstream (RFC 9112 §3.2.4); nginx and Caddy " +
      "do not pass it on.",
    covers: refusedThere("OPTIONS of the server"),
  },
  {
    title: "Any method, and an empty line before it",
    why:
      "A method is any token, in any case (RFC 9110 §9.1): upstreams know theirs. nginx refuses " +
      "small letters. An empty line that an old client left behind a body is skipped " +
      "(RFC 9112 §2.2); Caddy refuses it.",
    covers: refusedThere("a method in small letters", "an empty line in front"),
  },
];

/** Where they stand is the writing machine's business: at the start, or behind all others. */
const placedByUs = [
  "host",
  "connection",
  "content-length",
  "expect",
  "te",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
  "traceparent",
];

const fields: readonly Explanation[] = [
  {
    title: "Look-alikes",
    why:
      "CGI and WSGI servers make one variable of `X-Forwarded-For` and `X_Forwarded_For`: a name " +
      "that becomes a known one when its marks are read as `-` is dropped, or what we set could " +
      "be set again beside it. nginx drops every name with an underscore or a dot.",
    covers: seen(/^field /, looksLike, isDropped),
  },
  {
    title: "Names with marks in them",
    why:
      "Any token is a name (RFC 9110 §5.1), and applications use underscores and dots: what is " +
      "no look-alike passes. nginx drops it unless told otherwise.",
    covers: seen(/^field .*[^a-z0-9-]/, peerIs("nginx"), isKept),
  },
  {
    title: "Fields that Caddy adds or tidies",
    why:
      "We add no `Accept-Encoding` of our own, turn no `Pragma` into `Cache-Control`, and leave " +
      "`User-Agent` as it is, empty or twice.",
    covers: seen(field("accept-encoding", "cache-control", "user-agent"), peerIs("caddy"), isKept),
  },
  {
    title: "Order of fields",
    why:
      "The client's fields keep their order, after `Host` (which RFC 9110 §7.2 wants first) and " +
      "before what we add. The order of fields of one name is kept by everybody (§5.3); of " +
      "others it means nothing, and Caddy sorts them.",
    covers: seen("field order", keepsOrder(...placedByUs)),
  },
  {
    title: "Case of field names",
    why:
      "Names keep the case in which they came, since some old applications look; HAProxy writes " +
      "small letters, Caddy a capital for each word. What we make ourselves (`Host`, framing) " +
      "has capitals.",
    covers: seen("field case", ({ given = "", ours = "" }) => {
      const came = given.split(" ");
      return ours.split(" ").every((n) => came.includes(n) || placedByUs.includes(n.toLowerCase()));
    }),
  },
];

function addsVia({ given, ours }: Difference): boolean {
  const found = /^(?:(.*) ⏎ )?1\.[01] foregate-ID$/s.exec(ours ?? "");
  return found !== null && found[1] === given;
}

export const requestExplanations: readonly Explanation[] = [
  ...toldOfClient,
  ...host,
  ...hops,
  ...bodies,
  ...targets,
  ...fields,
];
