import assert from "node:assert/strict";
import { compareVersions } from "../../tasks/formats/version.ts";

/** Pairs of versions: the first is older. Each is what `dpkg --compare-versions` says. */
const OLDER: [string, string, string][] = [
  ["numbers count as numbers", "1.9", "1.10"],
  ["a tilde comes before the end", "1.0~rc1", "1.0"],
  ["two tildes come before one", "1.0~~", "1.0~"],
  ["a tilde comes before a letter", "1.0~a", "1.0a"],
  ["the end comes before a letter", "1.0", "1.0a"],
  ["a letter comes before a sign", "1.0a", "1.0+"],
  ["a capital comes before a small letter", "1.0Z", "1.0a"],
  ["a plus comes before a dot", "1+1", "1.1"],
  ["an epoch counts more than all else", "9.9-9", "1:0.1-1"],
  ["no epoch is epoch 0", "0:1.0", "1.1"],
  ["the revision counts last", "1.0-1", "1.0-2"],
  ["a security update is newer", "1.0-1", "1.0-1+deb13u1"],
  ["the tenth security update is newer than the ninth", "1.0-1+deb13u9", "1.0-1+deb13u10"],
  ["a backport is older", "1.0-1~bpo13+1", "1.0-1"],
  ["a binary rebuild is newer", "1.0-1", "1.0-1+b2"],
  ["a hyphen belongs to the upstream version but for the last", "1.0-rc-1", "1.0-rc-2"],
  ["no revision is older than a revision", "1.0", "1.0-1"],
  ["a number may be longer than a computer's", "1.20260310120000000001", "1.20260310120000000002"],
];

for (const [what, older, newer] of OLDER) {
  Deno.test(`of two versions, ${what}: ${older} < ${newer}`, () => {
    assert.ok(compareVersions(older, newer) < 0, "the older comes first");
    assert.ok(compareVersions(newer, older) > 0, "and not the other way round");
  });
}

const SAME: [string, string][] = [["1.0-1", "1.0-1"], ["1.0", "1.0-0"], ["0:1.0", "1.0"], ["1.01", "1.1"]];

for (const [one, other] of SAME) {
  Deno.test(`the versions ${one} and ${other} are the same`, () => {
    assert.equal(compareVersions(one, other), 0);
    assert.equal(compareVersions(other, one), 0);
  });
}
