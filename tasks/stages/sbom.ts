import type { Bill, Component } from "../formats/bill.ts";
import type { GoModule } from "../formats/buildinfo.ts";
import { cyclonedxDocument } from "../formats/cyclonedx.ts";
import { type Licence, UNKNOWN } from "../formats/licence.ts";
import type { Package } from "../formats/package.ts";
import { pooled } from "../formats/pooled.ts";
import { spdxDocument } from "../formats/spdx.ts";
import { cached, fileSha256 } from "../host/cache.ts";
import { openIndex } from "../host/debian.ts";
import { goModules } from "../host/go.ts";
import type { Host } from "../host/host.ts";
import { sourceHash } from "../host/source.ts";
import { components, type Licences } from "./components.ts";
import { readContents } from "./contents.ts";
import { moduleLicence, packageLicence, sourceLicence } from "./copyright.ts";
import type { Iso } from "./iso.ts";
import { kernel } from "./kernel.ts";
import type { Manifest } from "./manifest.ts";
import type { PlannedBuild } from "./origins.ts";
import { allPackages, type Plan } from "./plan.ts";
import { tcz } from "./tcz.ts";

/** The bill of materials of an ISO in two formats. */
export interface Sbom {
  /** Folder in the cache that holds the files. */
  folder: string;
  /** Names of the files: SPDX, then CycloneDX. */
  names: string[];
  /** Number of components, the image not counted. */
  components: number;
  /** Number of files that they own. */
  files: number;
  /** Number of licences without an SPDX identifier, which are quoted. */
  quoted: number;
  /** Names of components of which no licence is known. */
  unknown: string[];
}

/** Writes the bill of materials of a plan's ISO as SPDX 2.3 and CycloneDX 1.6; the same ISO gives the same bytes. */
export async function sbom(plan: Plan, iso: Iso, host: Host): Promise<Sbom> {
  const names = [`${plan.name}.spdx.json`, `${plan.name}.cdx.json`];
  const { main, security } = host.mirror;
  const inputs = { code: await sourceHash(import.meta.url), iso: iso.key, main, security };
  const { path } = await cached(host, "sbom", plan.name, inputs, async (folder) => {
    const progress = host.progress.task(`bill of materials of ${plan.name}`);
    const bill = await makeBill(plan, iso, host);
    const documents = [spdxDocument(bill), cyclonedxDocument(bill)];
    for (const [i, document] of documents.entries()) {
      await Deno.writeTextFile(`${folder}/${names[i]}`, JSON.stringify(document, null, 1) + "\n");
    }
    await Deno.writeTextFile(`${folder}/summary.json`, JSON.stringify(summary(bill.components)));
    progress.done();
  });
  return { folder: path, names, ...JSON.parse(await Deno.readTextFile(`${path}/summary.json`)) };
}

async function makeBill(plan: Plan, iso: Iso, host: Host): Promise<Bill> {
  const image = `${iso.folder}/${plan.name}`;
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(`${image}.manifest.json`));
  const [extensions, { modules }] = await Promise.all([tcz(plan, host), kernel(plan, host)]);
  const licences = await lookUp(plan, host);
  // Unpacking is what takes the time, and two packages take two processors.
  const used = new Set(manifest.packages.map(({ sha256 }) => sha256));
  await pooled(2, allPackages(plan).filter(({ sha256 }) => used.has(sha256)), licences.ofPackage);
  const contents = await readContents(manifest, `${image}.initramfs`, [...extensions, modules], host);
  return {
    name: plan.name,
    version: plan.version,
    sha256: await fileSha256(`${image}.iso`),
    time: await timeOf(`${image}.iso`),
    components: await components(plan, contents, host.mirror, licences),
  };
}

/** Licences are looked up once for each component, however many files it has. */
async function lookUp(plan: Plan, host: Host): Promise<Licences> {
  const { suite, architecture } = plan;
  const index = await openIndex(host, { suite, architecture });
  const known = new Map<string, Promise<Licence>>();
  const once = (key: string, find: () => Promise<Licence>) => {
    if (!known.has(key)) known.set(key, find());
    return known.get(key)!;
  };
  const ofModule = async ({ path, version }: GoModule, build?: PlannedBuild) => {
    if (!build?.go) return UNKNOWN;
    const { "go.mod": mod = "", "go.sum": sum = "" } = build.texts;
    return await moduleLicence(await goModules(host, build.recipe, mod, sum), path, version);
  };
  return {
    ofPackage: (item: Package) => once(item.sha256, () => packageLicence(item, index.find, host)),
    ofBuild: (build) =>
      once(
        build.recipe,
        () =>
          build.source
            ? sourceLicence(build.source, host)
            : build.archive ?? build.crate
            ? packageLicence(build.archive?.package ?? build.crate!, index.find, host)
            : ofModule({ path: build.go!.module, version: `v${build.version}` }, build),
      ),
    ofModule: (module, build) =>
      once(`${module.path}@${module.version} ${build?.recipe}`, () => ofModule(module, build)),
  };
}

/** The time that the volume itself notes (ECMA-119, 8.4.27), in seconds since 1970. */
async function timeOf(iso: string): Promise<number> {
  using file = await Deno.open(iso);
  const descriptor = new Uint8Array(2048);
  await file.seek(16 * 2048, Deno.SeekMode.Start);
  await file.read(descriptor);
  const digits = new TextDecoder().decode(descriptor.subarray(830, 844));
  return Date.parse(digits.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z")) / 1000;
}

function summary(components: Component[]): Omit<Sbom, "folder" | "names"> {
  return {
    components: components.length,
    files: components.reduce((sum, { files }) => sum + files.length, 0),
    quoted: new Set(components.flatMap(({ licence }) => licence.texts.map(({ id }) => id))).size,
    unknown: components.filter(({ licence }) => licence.expression === "NOASSERTION").map(({ name }) => name),
  };
}
