import type { Json } from "../../plugins/plugin.ts";
import { type Bill, type BillFile, type Component, timestamp, uuidOf } from "./bill.ts";

/** Reference of the component that stands for the whole image. */
const IMAGE = "image";

/** Returns a bill of materials as CycloneDX 1.6 in JSON (ECMA-424). */
export function cyclonedxDocument(bill: Bill): Json {
  const { name, version, sha256, time, components } = bill;
  const inside = new Set(components.flatMap(({ contains, sources }) => [...contains, ...sources]));
  const byId = new Map(components.map((component) => [component.id, component]));
  // What something was built from is no part of the image: it stands as a reference of what was built.
  const built = new Set(components.flatMap(({ sources }) => sources));
  const parts = components.filter(({ id }) => !built.has(id));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(sha256)}`,
    version: 1,
    metadata: {
      timestamp: timestamp(time),
      tools: { components: [{ type: "application", name: "boot2podman", version }] },
      component: { "bom-ref": IMAGE, type: "operating-system", name, version, hashes: hashes({ sha256 }) },
    },
    components: parts.map((part) => componentOf(part, part.sources.map((id) => byId.get(id)!))),
    dependencies: [
      { ref: IMAGE, dependsOn: parts.filter(({ id }) => !inside.has(id)).map(({ id }) => id) },
      ...parts.map(({ id, contains }) => ({ ref: id, ...(contains.length ? { dependsOn: contains } : {}) })),
    ],
  };
}

function componentOf(component: Component, sources: Component[]): Json {
  const { id, name, version, type, purl, supplier, licence, url, sha256, comment, files } = component;
  const references = [
    ...(url ? [reference(url.startsWith("git+") ? "vcs" : "distribution", url, sha256)] : []),
    ...sources.filter(({ url }) => url).map(({ url, sha256 }) =>
      reference("source-distribution", url!, sha256)
    ),
  ];
  return {
    "bom-ref": id,
    type,
    ...(supplier ? { supplier: { name: supplier } } : {}),
    name,
    version,
    ...(comment ? { description: comment } : {}),
    ...(sha256 ? { hashes: hashes({ sha256 }) } : {}),
    ...(licence.expression === "NOASSERTION" ? {} : { licenses: [{ expression: licence.expression }] }),
    ...(purl ? { purl } : {}),
    ...(references.length ? { externalReferences: references } : {}),
    ...(files.length ? { components: files.map((file) => fileOf(file, id)) } : {}),
  };
}

function fileOf(file: BillFile, owner: string): Json {
  return {
    "bom-ref": `${owner}#${file.extension}:${file.path}`,
    type: "file",
    name: file.path,
    description: file.title,
    hashes: hashes(file),
    properties: [{ name: "boot2podman:extension", value: file.extension }],
  };
}

function reference(type: string, url: string, sha256?: string): Json {
  return { type, url, ...(sha256 ? { hashes: hashes({ sha256 }) } : {}) };
}

function hashes({ sha1, sha256 }: { sha1?: string; sha256: string }): Json {
  return [
    ...(sha1 ? [{ alg: "SHA-1", content: sha1 }] : []),
    { alg: "SHA-256", content: sha256 },
  ];
}
