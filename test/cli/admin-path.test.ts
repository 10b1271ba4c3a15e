/** Where the admin socket of a config lies: the same for whoever names the file in another way. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, test } from "node:test";

import { adminPath } from "../../src/cli/admin-path.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "foregate-admin-")));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "foregate.yaml");
const around = { RUNTIME_DIRECTORY: "/run/foregate" };
const path = adminPath(file, around);

void test("admin path: a folder of its own, called after the file", () => {
  assert.match(path, /^\/run\/foregate\/foregate\.yaml-[0-9a-f]{12}\/admin\.sock$/);
  assert.notEqual(adminPath(join(folder, "other/foregate.yaml"), around), path);
  assert.match(adminPath("/x/ä b/$(c).yaml", around), /\/__c_\.yaml-[0-9a-f]{12}\/admin\.sock$/);
});

void test("admin path: relative, or through a link to the folder, it is the same", () => {
  symlinkSync(folder, join(folder, "link"));
  assert.equal(adminPath(relative(process.cwd(), file), around), path);
  assert.equal(adminPath(join(folder, "link/foregate.yaml"), around), path);
});

void test("admin path: a file that is a link keeps it when the link leads elsewhere", () => {
  for (const version of ["one", "two"]) {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, "foregate.yaml"), "");
    rmSync(file, { force: true });
    symlinkSync(join(version, "foregate.yaml"), file);
    assert.equal(adminPath(file, around), path);
  }
});

void test("admin path: whoever says where it is, is heard", () => {
  const said = { ...around, FOREGATE_ADMIN: "unix:/x/y.sock" };
  assert.equal(adminPath(file, said), "/x/y.sock");
  const several = { RUNTIME_DIRECTORY: "/run/a:/run/b" };
  assert.match(adminPath(file, several), /^\/run\/a\//);
});
