/** What may stand under `access`, described. */

import { fileShape, off, textShape, type Shape } from "../base/shape.ts";
import {
  described,
  either,
  keysOf,
  listOf,
  mapWith,
  named,
  required,
  value,
  what,
} from "./described.ts";

/** `IpSet` reads it more exactly. */
export const addressShape: Shape = {
  type: "string",
  pattern: String.raw`^[0-9A-Fa-f:.]+(?:/\d{1,3})?$`,
  called: "an address or a block",
};

const addressFileKeys = {
  file: required(what(fileShape), {
    description:
      "A file with an address or a block on each line; `#` begins a comment. Its name starts " +
      "from the config's folder, and it is read at start.",
    examples: ["addresses.txt"],
  }),
};

const addressFile = mapWith(addressFileKeys, {
  id: "AddressFileConfig",
  title: "Addresses from a file",
});

export const addresses = either(
  what(addressShape),
  addressFile,
  listOf(either(what(addressShape), addressFile)),
  what(off),
);

const hash: Shape = { type: "string", minLength: 1, called: "the hash of a password" };

const basicKeys = {
  users: required(either(what(fileShape), named("a user", what(hash), /^[^:]+$/)), {
    description:
      "A map from names to hashes of passwords, as `foregate hash-password` prints them, or a " +
      "file with lines such as `alice:$scrypt$…`.",
    examples: ["users"],
  }),
  realm: value(textShape, {
    description: "What the browser's dialogue says.",
    default: "Restricted",
    examples: ["Staff"],
  }),
  forward: value(
    { type: "boolean" },
    {
      description: "`false` keeps the `Authorization` field from the upstream.",
      default: true,
      examples: [false],
    },
  ),
};

const basic = mapWith(basicKeys, { id: "BasicConfig", title: "Names and passwords" });

const accessShape = {
  allow: described(addresses, {
    description: "Who gets in; nobody else does. `off` lifts what is said outside.",
    examples: [["10.0.0.0/8", "fd00::/8"], { file: "addresses.txt" }, "off"],
  }),
  deny: described(addresses, {
    description: "Who never gets in, whatever `allow` says.",
    examples: [["192.0.2.0/24"], "off"],
  }),
  basic: described(either(basic, what(off)), {
    description:
      "Asks for a name and a password (RFC 7617). Without TLS everybody on the way can read them.",
    examples: [{ users: "users", realm: "Staff" }, "off"],
  }),
};

export const accessMap = mapWith(accessShape, { id: "AccessConfig", title: "Who gets in" });

export const accessKeys = keysOf(accessShape);
export const addressKeys = keysOf(addressFileKeys);
export const basicAuthKeys = keysOf(basicKeys);
