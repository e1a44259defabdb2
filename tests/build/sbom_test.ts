// The validator takes these where they were imported before it.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import assert from "node:assert/strict";
import parse from "spdx-expression-parse";
import { cached, fileSha256 } from "../../tasks/host/cache.ts";
import { goModules, goToolchain } from "../../tasks/host/go.ts";
import { openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { run } from "../../tasks/host/run.ts";
import { buildIso } from "../../tasks/stages/build.ts";
import type { Manifest } from "../../tasks/stages/manifest.ts";
import { plan } from "../../tasks/stages/plan.ts";
import { sbom } from "../../tasks/stages/sbom.ts";

/** Values of a shape that a validator has looked at. */
// deno-lint-ignore no-explicit-any
type Document = any;

const host = await openHost({ progress: quietProgress() });
const resolved = await plan({}, host);
const iso = await buildIso(resolved, host);
const bill = await sbom(resolved, iso, host);
const read = async (name: string): Promise<Document> => JSON.parse(await Deno.readTextFile(name));
const [spdx, cyclonedx] = await Promise.all(bill.names.map((name) => read(`${bill.folder}/${name}`)));
const manifest: Manifest = await read(`${iso.folder}/${resolved.name}.manifest.json`);
const wanted = manifest.files.filter(({ type }) => type === "file")
  .map(({ path, sha256, extension }) => `${path} ${sha256} ${extension}`).sort();

Deno.test("SPDX: each file of the manifest is in one package that has a version, with the manifest's hash", () => {
  const packages = new Map(spdx.packages.map((item: Document) => [item.SPDXID, item]));
  const files = new Map(spdx.files.map((item: Document) => [item.SPDXID, item]));
  const owned = spdx.relationships.filter(({ relationshipType: type, relatedSpdxElement: to }: Document) =>
    type === "CONTAINS" && files.has(to)
  );
  const found = owned.map(({ spdxElementId, relatedSpdxElement }: Document) => {
    const file: Document = files.get(relatedSpdxElement), owner: Document = packages.get(spdxElementId);
    assert.ok(owner.versionInfo, `${owner.name} has a version`);
    const [, extension] = file.comment.match(/in (?:the base|the extension (.*))$/);
    return `${file.fileName.slice(1)} ${sum(file.checksums, "SHA256")} ${extension ?? "core"}`;
  });
  assert.deepEqual(found.sort(), wanted);
});

Deno.test("CycloneDX: each file of the manifest is in one component that has a version, with the manifest's hash", () => {
  const found = cyclonedx.components.flatMap(({ name, version, components = [] }: Document) => {
    assert.ok(version, `${name} has a version`);
    return components.map(({ name, hashes, properties }: Document) => {
      const { content } = hashes.find(({ alg }: Document) => alg === "SHA-256");
      return `${name} ${content} ${properties[0].value}`;
    });
  });
  assert.deepEqual(found.sort(), wanted);
});

Deno.test("what comes from Debian has its licence, source, address and the hash of the package", () => {
  const debian = spdx.packages.filter(({ supplier }: Document) => supplier === "Organization: Debian");
  const listed = manifest.packages.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`);
  assert.deepEqual(
    debian.map(({ name, versionInfo, checksums }: Document) =>
      `${name} ${versionInfo} ${sum(checksums, "SHA256")}`
    ).sort(),
    listed.sort(),
  );
  for (const { name, licenseDeclared, downloadLocation, comment } of debian) {
    assert.notEqual(licenseDeclared, "NOASSERTION", name);
    assert.match(downloadLocation, /^https?:.*\.deb$/);
    assert.match(comment, /source package \S+ \d/);
  }
});

Deno.test("every licence is an expression of SPDX, and each that is quoted has its text", () => {
  const quoted = new Set(spdx.hasExtractedLicensingInfos.map(({ licenseId }: Document) => licenseId));
  for (const { licenseDeclared } of spdx.packages) {
    if (licenseDeclared === "NOASSERTION") continue;
    parse(licenseDeclared);
    for (const [id] of licenseDeclared.matchAll(/LicenseRef-[\w.-]+/g)) assert.ok(quoted.has(id), id);
  }
});

Deno.test("Go programs are there with the standard library that is linked into them", () => {
  const stdlib = cyclonedx.components.find(({ name }: Document) => name === "stdlib");
  assert.match(stdlib.purl, /^pkg:golang\/stdlib@1\.\d+/);
  const users = cyclonedx.dependencies.filter(({ dependsOn = [] }: Document) =>
    dependsOn.includes(stdlib["bom-ref"])
  );
  assert.ok(users.some(({ ref }: Document) => ref === "deb-podman"));
});

Deno.test("the library of the SPDX project reads the SPDX document, and refuses one that is damaged", async () => {
  const check = await spdxValidator();
  assert.match(await check(spdx), new RegExp(`^${spdx.packages.length} packages, ${wanted.length} files`));
  const damaged: [RegExp, (document: Document) => void][] = [
    [/no such package exists/, ({ packages }) => packages.pop()],
    [/no such package exists|contained in nothing/, ({ relationships }) => relationships.pop()],
    [/verification code/, ({ files }) => files[0].checksums[0].checksumValue = "0".repeat(40)],
    [/SPDX/i, (document) => document.spdxVersion = "SPDX-9"],
    [/cannot unmarshal/, (document) => document.packages[1].versionInfo = 1],
  ];
  for (const [message, damage] of damaged) {
    const document = structuredClone(spdx);
    damage(document);
    await assert.rejects(check(document), message);
  }
});

Deno.test("CycloneDX's own validator takes the CycloneDX document, and refuses one that is damaged", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const check = (document: Document) => validator.validate(JSON.stringify(document));
  assert.equal(await check(cyclonedx), null);
  const damages: ((document: Document) => void)[] = [
    (document) => document.components[0].type = "program",
    (document) => document.serialNumber = "1",
    (document) => delete document.components[1].name,
    (document) => document.components[1].hashes[0].content = "none",
    (document) => document.metadata.time = document.metadata.timestamp,
  ];
  for (const damage of damages) {
    const document = structuredClone(cyclonedx);
    damage(document);
    assert.notEqual(await check(document), null, `${damage}`);
  }
});

Deno.test("the same ISO gives the same bytes, made again from nothing", async () => {
  const sums = () => Promise.all(bill.names.map((name) => fileSha256(`${bill.folder}/${name}`)));
  const before = await sums();
  await Deno.remove(bill.folder, { recursive: true });
  const again = await sbom(resolved, iso, host);
  assert.equal(again.folder, bill.folder);
  assert.deepEqual(await sums(), before);
});

function sum(checksums: { algorithm: string; checksumValue: string }[], algorithm: string): string {
  return checksums.find((item) => item.algorithm === algorithm)!.checksumValue;
}

/** Returns what has the SPDX project's Go library read a document, and throws what that says against it. */
async function spdxValidator(): Promise<(document: Document) => Promise<string>> {
  const folder = new URL("./spdx/", import.meta.url);
  const names = ["go.mod", "go.sum", "main.go"];
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder))));
  const [root, modules] = [await goToolchain(host), await goModules(host, "spdx", texts[0], texts[1])];
  const { path } = await cached(host, "tools", "spdx", texts, async (target) => {
    for (const [i, name] of names.entries()) await Deno.writeTextFile(`${target}/${name}`, texts[i]);
    const env = {
      GOROOT: root,
      GOMODCACHE: modules,
      GOCACHE: `${target}/cache`,
      GOPROXY: "off",
      GOTOOLCHAIN: "local",
      GOFLAGS: "-mod=readonly -buildvcs=false",
      CGO_ENABLED: "0",
    };
    await run([`${root}/bin/go`, "build", "-o", "check", "."], { env, cwd: target });
    await Deno.remove(`${target}/cache`, { recursive: true });
  });
  const encode = (document: Document) => new TextEncoder().encode(JSON.stringify(document));
  return (document) => run([`${path}/check`], { input: [encode(document)] });
}
