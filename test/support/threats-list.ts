/**
 * The threats that a reverse proxy must survive, by the ids that tests name: what comes, and what
 * we do about it, in a line each. `threats-page.ts` makes docs/threats.md of it.
 */

export interface Threat {
  readonly id: number;
  readonly line: string;
  /** The room that will hold it, or the form of it that is still missing. */
  readonly later: string | undefined;
}

export interface ThreatGroup {
  readonly title: string;
  readonly threats: readonly Threat[];
}

/** One line of text a threat: its id, what it is, and after `▶` who holds it later. */
const text = `
# Heads of HTTP/1.1 requests
1 Content-Length beside Transfer-Encoding: 400, close
2 two different lengths: 400, close
3 the same length twice, in one line or two: 400, close
4 an empty length, alone or beside another: 400, close
5 a length with a sign, a prefix, a blank inside or anything but digits: 400, close
6 a length that a double cannot hold: 400, close
7 a length with leading zeros: read as decimal, sent on without them
8 a Transfer-Encoding other than chunked alone: 400, close
9 chunked in a list, twice, or in two lines: 400, close
10 a coding with odd bytes around it: 400, close
11 Transfer-Encoding in HTTP/1.0: 400, close
12 a blank between a field's name and its colon: 400, close
13 a blank before the first field line: 400, close
14 a folded field line: 400, close
15 LF alone for a line end: 400, close
16 CR anywhere else than before LF: 400, close
17 a head that ends in CR and something else: 400, close
18 control characters in a value: 400, close
19 a name that is no token, or none: 400, close
20 a line without colon: 400, close
21 8-bit bytes: refused in names, passed unchanged in values
22 no Host, two, a list, or one that is no host and port: 400, close
23 a whole URL as target: its host counts, and Host does not
24 a whole URL for a host that is not ours: 405, never sent on as it is
25 a target of no known form, or with bytes that a URL cannot have: 400, close
26 versions: 1.x counts as 1.1; other versions 505, what is no version 400
27 a method that is no token: 400; an unknown one goes on whole
28 blanks too many in the request line: 400, close
29 empty lines before a request: a few are let pass
30 a target, field, head or number of fields over its limit: 414 or 431, held in bounded memory
31 a head in pieces, cut anywhere: the same as in one piece
32 a good request and then a bad one: the good one is answered first
33 bytes behind a request that said close: never read as a request
34 look-alikes of known names (Content_Length): dropped
35 names such as __proto__: data like any other
36 the preface of HTTP/2 on an HTTP/1 port: 505

# Bodies of HTTP/1.1 requests
37 a chunk size that is not plain hex: 400, close
38 a chunk size too large, or of too many digits: 400, close
39 a chunk or size line that does not end in CRLF: 400, close
40 LF or CR in a chunk extension: 400, close
41 chunk extensions: never sent on, bounded
42 quotes in a chunk extension: read as such, and never across a line end
43 framing, routing and content fields in trailers: dropped
44 trailers that are malformed, or too long: 400 or 431, close
45 anything but CRLF behind the last chunk: 400, close
46 a body of GET, HEAD, DELETE, OPTIONS: sent on with its framing
47 bytes beyond the length: the next request
48 a body that ends too early: the upstream's request is cut, not completed
49 POST without length: no body
50 Expect: 100-continue: passed on; a final answer instead ends the connection
51 other or doubled expectations: 417, close
52 an answer before the body was sent: the rest is drained, bounded, or the connection closes
53 the same with an answer of our own ▶ caching: answers from the cache
54 the same with errors, refusals and redirects
55 a body over the limit: 413, before it is read where its length is told
56 a compressed body that explodes ▶ compression

# What goes to upstreams
57 one framing, written by us; our own chunks
58 Connection, what it names, and all that is for one hop: taken away
59 Connection names a field that the proxy or the upstream needs: 400
60 X-Forwarded-* and Forwarded: replaced, unless a trusted peer sent them
61 identity fields copied from an auth request ▶ access
62 nothing in a request brings a line break into a field, a target or a Host
63 order of fields kept, Via added, Max-Forwards counted, loops found: 508
64 TRACE: 405
65 paths: matched in the form in which they are sent on, byte for byte
66 only idempotent requests are repeated, once, and only before an answer began
67 a kept connection that dies before it answers: one more attempt on a fresh one
68 HTTP/1.0 clients: no chunks, no interim heads, kept alive only if they ask
69 the upstream is never chosen by what a request says
70 answers without body: over with their head

# Upstreams that are hostile or broken
71 lengths that differ or are none: 502
72 chunks beside a length: chunks count, the connection is not used again
73 another transfer coding: 502
74 malformed chunks: the client's answer is cut, visibly
75 a body that ends too early: the same
76 folded lines and blanks before a colon: mended
77 control characters, bad names, lines without colon: 502
78 what is no status line of HTTP/1: 502
79 bytes behind an answer: dropped, the connection closed
80 an answer before there was a request: the connection is closed
81 a body where none may be: not passed on, the connection closed
82 101 that was not asked for: 502
83 too many interim heads: 502; 103 is passed on
84 a head over its limit: 502; Set-Cookie lines are never joined
85 silence before a connection, a head, inside a body: 504, each with its own time
86 refused, unreachable, not resolved: 502 or 504, in bounded time
87 ends and resets anywhere in an answer: told apart in the log, cut for the client
88 a body without end and a reader that stands still: memory stays bounded
89 upstream certificates that are wrong ▶ tls
90 compressed answers that explode ▶ compression
91 a reason phrase with controls or without end: 502
92 answers that lie about their type or coding ▶ rewriting, compression

# HTTP/2: correctness, and down to HTTP/1
93 the h2spec suite ▶ http2
94 content-length that is not the sum of DATA ▶ http2
95 fields for one connection in HTTP/2 ▶ http2
96 te other than trailers ▶ http2
97 names and values that HTTP/1 could not carry ▶ http2
98 pseudo-fields missing, doubled, late or malformed ▶ http2
99 :authority and host that differ ▶ http2
100 several cookie fields ▶ http2
101 trailers ▶ http2
102 flow control at its edges ▶ http2
103 one slow stream beside others ▶ http2
104 GOAWAY when the server stops ▶ http2
105 a stream that is reset: its upstream request ends at once ▶ http2
106 h2c as an upgrade: never sent on
107 extended CONNECT ▶ http2
108 answers that HTTP/2 cannot carry ▶ http2

# Exhaustion
109 CONTINUATION without end ▶ http2
110 tiny fields by the thousand ▶ http2
111 HPACK bombs ▶ http2
112 streams opened and reset ▶ http2
113 streams that the server is made to reset ▶ http2
114 floods of small frames ▶ http2
115 floods of settings ▶ http2
116 windows of nothing, and large answers ▶ http2
117 more streams than were offered ▶ http2
118 a head without end on a stream ▶ http2
119 10,000 idle connections ▶ bench
120 more connections than the limit: refused fast, others served
121 overflows of windows, again and again ▶ http2
122 broken HPACK ▶ http2

# Slowness and overload
123 a head that does not end: 408 after an absolute time
124 a body that drips: 408, by its rate
125 a client that does not read: cut, the upstream with it
126 idle connections on both sides: closed, each after its own time
127 over the limits: 503 with Retry-After, whoever is in is served
128 what keeps the event loop: its worker is ended, and the others serve
129 names made to collide ▶ limits
130 no file descriptors left: who is in is served, others are refused, told once
131 a log that cannot be written: serving goes on, lost lines are counted
132 memory after a long mixed load ▶ soak

# Upgrades and CONNECT
133 the Autobahn suite ▶ websocket
134 bytes behind an upgrade request: held until the 101, else HTTP
135 an upgrade that was not granted: no tunnel
136 upgrades that are not listed, or half asked for: plain requests
137 ends and resets pass through a tunnel, behind what waits
138 a tunnel in which nothing passes: closed; a reload leaves tunnels alone
139 CONNECT: refused, and the connection closed
140 WebSocket over HTTP/2 ▶ http2

# Cache
141 the cache-tests suite ▶ caching
142 what a cache key holds ▶ caching
143 inputs that are not in the key ▶ caching
144 private answers are not stored ▶ caching
145 paths that pretend to be files ▶ caching
146 errors made to be stored ▶ caching
147 parts that do not fit together ▶ caching
148 many or overlapping ranges ▶ caching
149 many misses at once ▶ caching
150 variants without end ▶ caching
151 stale answers, to the second ▶ caching
152 clocks that jump ▶ caching
153 purges ▶ caching
154 broken or full disks ▶ caching
155 updates by HEAD and 304 ▶ caching
156 Cache-Status ▶ caching

# TLS and certificates
157 old protocols and ciphers ▶ tls
158 the tlsfuzzer suite ▶ tls
159 unknown names ▶ tls
160 one connection, several sites ▶ tls
161 early data ▶ tls
162 certificate fields from clients ▶ tls
163 protocols that do not match ▶ tls
164 certificates swapped under load ▶ tls
165 ACME, and a server that fails ▶ tls
166 the challenge's path ▶ tls

# PROXY protocol, identity, admin
167 PROXY headers
168 who may reach the metrics listener: hosts of its own, no other origin, nothing but GET
169 whom a rate limit counts ▶ limits
170 the access log: no line breaks out of requests, no secrets

# The process
171 SIGTERM: what is in flight ends in order, then the process
172 reload under load: no request is lost, and a wrong config changes nothing
173 a worker that fails: another one in its place, the others serve, counts are right
174 upstreams that come and go ▶ health
175 new workers beside the old ones: nobody notices
176 what the program is made of ▶ control
`;

export const threatGroups: readonly ThreatGroup[] = text
  .trim()
  .split(/^# /m)
  .filter((group) => group !== "")
  .map((group) => {
    const [title = "", ...lines] = group.trim().split("\n");
    return { title, threats: lines.map(readThreat) };
  });

function readThreat(written: string): Threat {
  const [, id = "", line = "", later] = /^(\d+) (.*?)(?: ▶ (.*))?$/.exec(written) ?? [];
  return { id: Number(id), line, later };
}
