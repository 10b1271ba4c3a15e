/** Targets: paths, queries and the forms in which they come. */

import { ask, fetchOf, type PeerRequest } from "./peer-request.ts";

const paths: readonly PeerRequest[] = [
  fetchOf("the root", "/"),
  fetchOf("a file", "/img/logo.svg"),
  fetchOf("a folder", "/a/b/"),
  fetchOf("marks that need no code", "/~ada/a-b_c.d!e$f&g'(h)*i+j,k;l=m:n@o"),
  fetchOf("parameters of a path", "/a;v=1/b;v=2;x"),
  fetchOf("a session in the path", "/shop;jsessionid=0A1B?x=1"),
  fetchOf("two slashes", "/a//b"),
  fetchOf("slashes in front", "//a/b"),
  fetchOf("slashes at the end", "/a/b//"),
  fetchOf("a URL in the path", "/proxy/https://example.net/x"),
  fetchOf("a dot", "/a/./b"),
  fetchOf("two dots", "/a/../b"),
  fetchOf("dots in front", "/../b"),
  fetchOf("dots at the end", "/a/b/.."),
  fetchOf("three dots", "/a/.../b"),
  fetchOf("a hidden file", "/.well-known/security.txt"),
  fetchOf("coded dots", "/a/%2e%2E/b"),
  fetchOf("a coded slash", "/a%2Fb"),
  fetchOf("a coded slash in small letters", "/a%2fb"),
  fetchOf("a coded space", "/a%20b"),
  fetchOf("a coded percent", "/100%25"),
  fetchOf("letters coded without need", "/%41%62c"),
  fetchOf("coded UTF-8", "/caf%C3%A9/%e2%82%ac"),
  fetchOf("coded bytes that are no UTF-8", "/caf%E9"),
  fetchOf("a coded NUL", "/a%00b"),
  fetchOf("a coded backslash", "/a%5Cb"),
  fetchOf("a coded question mark", "/a%3Fb?c"),
  fetchOf("a coded hash", "/a%23b"),
  fetchOf("a percent that codes nothing", "/100%/x%zz"),
  fetchOf("a backslash", "/a\\b"),
  fetchOf("brackets", "/a[1]/{id}"),
  fetchOf("marks that should be coded", '/a|b^c`d"e<f>'),
  fetchOf("bytes over 127", "/caf\xc3\xa9"),
  fetchOf("a fragment", "/a#b"),
  fetchOf("a path of 4 KB", `/${"abcdefg/".repeat(512)}`),
];

const queries: readonly PeerRequest[] = [
  fetchOf("an empty query", "/a?"),
  fetchOf("a query", "/a?b=1&c=2&b=3"),
  fetchOf("a query of the root", "/?q=x"),
  fetchOf("question marks in a query", "/a?b?c=?"),
  fetchOf("slashes and dots in a query", "/a?next=/b/../c//d"),
  fetchOf("a URL in a query", "/a?u=https://example.net:8080/x?y=1"),
  fetchOf("spaces in a query", "/a?b=c+d%20e"),
  fetchOf("coded marks in a query", "/a?b=%26%3D%2B%25&c=%C3%A9"),
  fetchOf("brackets in a query", "/a?b[]=1&c[d]={2}"),
  fetchOf("a percent in a query", "/a?b=100%&c=%zz"),
  fetchOf("semicolons in a query", "/a?b=1;c=2"),
  fetchOf("a bar and a caret in a query", "/a?b=c|d^e`f"),
  fetchOf("a query of 8 KB", `/a?b=${"x".repeat(8_000)}`),
];

const forms: readonly PeerRequest[] = [
  ask("absolute-form", "GET", { target: "http://www.example.com/a?b" }),
  ask("absolute-form without a path", "GET", { target: "http://www.example.com" }),
  ask("absolute-form with a query only", "GET", { target: "http://www.example.com?q" }),
  ask("absolute-form of another host", "GET", { target: "http://other.example.com/a" }),
  ask("absolute-form with a port", "GET", { target: "http://www.example.com:80/a" }),
];

const hosts: readonly PeerRequest[] = [
  ask("Host with a port", "GET", { host: "Host: www.example.com:8080" }),
  ask("Host in capitals", "GET", { host: "HOST: WWW.Example.COM" }),
  ask("Host with a last dot", "GET", { host: "Host: www.example.com." }),
  ask("Host that is an address", "GET", { host: "Host: 192.0.2.7" }),
  ask("Host that is an IPv6 address", "GET", { host: "Host: [2001:db8::7]:8080" }),
  ask("Host with an underscore", "GET", { host: "Host: my_app.example.com" }),
  ask("Host behind other fields", "GET", {
    host: "Accept: */*",
    fields: ["Host: www.example.com"],
  }),
  ask("Host without a name", "GET", { host: "Host:" }),
];

export const targetRequests: readonly PeerRequest[] = [...paths, ...queries, ...forms, ...hosts];
