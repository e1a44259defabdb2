/** One Debian binary package as the signed index describes it. */
export interface Package {
  /** Name, such as `podman`. */
  name: string;
  /** Debian version. */
  version: string;
  /** Architecture of the package: that of the plan, or `all`. */
  architecture: string;
  /** Suite that it was found in, such as `trixie-security`. */
  suite: string;
  /** Which archive holds it. */
  archive: "main" | "security";
  /** Path below the archive. */
  filename: string;
  /** Size of the .deb in bytes. */
  size: number;
  /** Size once unpacked, in KiB, as Debian estimates it. */
  installedSize: number;
  /** SHA-256 of the .deb, in hex. */
  sha256: string;
  /** Section, such as `libs`. */
  section: string;
  /** Source package and its version, as `name version`. */
  source: string;
  /** Names of the packages in Pre-Depends and Depends; the first alternative of each that exists. */
  depends: string[];
}

/** One Debian source package as the signed index describes it. */
export interface SourcePackage {
  /** Name, such as `crun`. */
  name: string;
  /** Debian version. */
  version: string;
  /** Suite that it was found in. */
  suite: string;
  /** Which archive holds it. */
  archive: "main" | "security";
  /** Folder below the archive. */
  directory: string;
  /** Its .dsc, and what that names: size in bytes and SHA-256 in hex. */
  files: { name: string; size: number; sha256: string }[];
}
