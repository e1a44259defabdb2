import { createHash } from "node:crypto";
import type { Json } from "../../plugins/plugin.ts";
import { type Bill, type BillFile, type Component, timestamp, uuidOf } from "./bill.ts";

/** Id of the package that stands for the whole image. */
const IMAGE = "SPDXRef-Image";

/** Returns a bill of materials as SPDX 2.3 in JSON. */
export function spdxDocument(bill: Bill): Json {
  const { name, version, components } = bill;
  const files = components.flatMap((component) =>
    component.files.map((file) => ({ file, owner: refOf(component.id) }))
  ).map((item, i) => ({ ...item, id: `SPDXRef-File-${i + 1}` }));
  const relation = (from: string, type: string, to: string): Json => ({
    spdxElementId: from,
    relationshipType: type,
    relatedSpdxElement: to,
  });
  const inside = new Set(components.flatMap(({ contains, sources }) => [...contains, ...sources]));
  const texts = new Map(components.flatMap(({ licence }) => licence.texts).map((text) => [text.id, text]));
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `${name}-${version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${name}-${version}-${uuidOf(bill.sha256)}`,
    creationInfo: { created: timestamp(bill.time), creators: [`Tool: boot2podman-${version}`] },
    packages: [imagePackage(bill), ...components.map(packageOf)],
    files: files.map(({ file, id }) => fileOf(file, id)),
    hasExtractedLicensingInfos: [...texts.values()].sort((a, b) => a.id < b.id ? -1 : 1)
      .map(({ id, name, text }) => ({ licenseId: id, name, extractedText: text })),
    relationships: [
      relation("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE),
      ...components.filter(({ id }) => !inside.has(id)).map(({ id }) =>
        relation(IMAGE, "CONTAINS", refOf(id))
      ),
      ...components.flatMap(({ id, contains, sources }) => [
        ...contains.map((part) => relation(refOf(id), "STATIC_LINK", refOf(part))),
        ...sources.map((source) => relation(refOf(id), "GENERATED_FROM", refOf(source))),
      ]),
      ...files.map(({ owner, id }) => relation(owner, "CONTAINS", id)),
    ],
  };
}

function imagePackage({ name, version, sha256 }: Bill): Json {
  return {
    SPDXID: IMAGE,
    name: `${name}.iso`,
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    checksums: [{ algorithm: "SHA256", checksumValue: sha256 }],
    primaryPackagePurpose: "OPERATING_SYSTEM",
    ...UNSTATED,
    licenseDeclared: "NOASSERTION",
  };
}

const UNSTATED = { licenseConcluded: "NOASSERTION", copyrightText: "NOASSERTION" };

function packageOf(component: Component): Json {
  const { id, name, version, type, purl, supplier, licence, url, sha256, comment, files } = component;
  return {
    SPDXID: refOf(id),
    name,
    versionInfo: version,
    ...(supplier ? { supplier: `Organization: ${supplier}` } : {}),
    downloadLocation: url ?? "NOASSERTION",
    filesAnalyzed: files.length > 0,
    ...(files.length > 0
      ? { packageVerificationCode: { packageVerificationCodeValue: verificationCode(files) } }
      : {}),
    ...(sha256 ? { checksums: [{ algorithm: "SHA256", checksumValue: sha256 }] } : {}),
    primaryPackagePurpose: type.toUpperCase(),
    ...UNSTATED,
    licenseDeclared: licence.expression,
    ...(comment ? { comment } : {}),
    ...(purl
      ? {
        externalRefs: [{
          referenceCategory: "PACKAGE-MANAGER",
          referenceType: "purl",
          referenceLocator: purl,
        }],
      }
      : {}),
  };
}

function fileOf({ path, sha1, sha256, title, extension }: BillFile, id: string): Json {
  return {
    SPDXID: id,
    fileName: `.${path}`,
    checksums: [
      { algorithm: "SHA1", checksumValue: sha1 },
      { algorithm: "SHA256", checksumValue: sha256 },
    ],
    ...UNSTATED,
    licenseInfoInFiles: ["NOASSERTION"],
    comment: `${title}, in ${extension === "core" ? "the base" : `the extension ${extension}`}`,
  };
}

/** SHA-1 of the sorted SHA-1s (SPDX 2.3, clause 7.9). */
function verificationCode(files: BillFile[]): string {
  return createHash("sha1").update(files.map(({ sha1 }) => sha1).sort().join("")).digest("hex");
}

function refOf(id: string): string {
  return `SPDXRef-${id}`;
}
