import { isUpstreamOnly } from "../formats/dsc.ts";
import type { Package } from "../formats/package.ts";
import { quote } from "../host/run.ts";
import type { PlannedBuild } from "./origins.ts";

/** Flags for C: small, and hardened as Debian's programs are. */
const FLAGS = {
  CFLAGS:
    "-Os -pipe -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection",
  CPPFLAGS: "-D_FORTIFY_SOURCE=2",
  LDFLAGS: "-pie -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed",
};

/** Rust, as the programs in C: small, and hardened; the crates are those that Debian packages. */
const CARGO_ENVIRONMENT = {
  CARGO_HOME: "/build/cargo",
  CARGO_NET_OFFLINE: "true",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "s",
  CARGO_PROFILE_RELEASE_LTO: "fat",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "1",
  CARGO_PROFILE_RELEASE_PANIC: "abort",
  RUSTFLAGS: "-Clink-arg=-Wl,-z,relro,-z,now -Clink-arg=-Wl,--as-needed",
};

/** Go asks nobody, and leaves the same bytes everywhere. */
const GO_ENVIRONMENT = {
  GOPROXY: "off",
  GOMODCACHE: "/modules",
  GOCACHE: "/build/cache",
  GOTOOLCHAIN: "local",
  GOFLAGS: "-mod=mod -trimpath -buildvcs=false",
  GOSUMDB: "off",
  CGO_ENABLED: "1",
  // Those above are for programs in C; what Go links into its own is small, and hardened the same way.
  CGO_CFLAGS: "-Os -fstack-protector-strong",
};

/** Returns what a build finds in its environment, beside what all builds do and the number of processors. */
export function environment({ go, room }: PlannedBuild): Record<string, string> {
  return {
    ...FLAGS,
    ...(hasCargo(room) ? CARGO_ENVIRONMENT : {}),
    OUT: "/build/out",
    FILES: "/build/files",
    ...(go ? GO_ENVIRONMENT : {}),
  };
}

/** Returns true for a room in which Rust can be built. */
export function hasCargo(room: readonly Package[]): boolean {
  return room.some(({ name }) => name === "cargo");
}

/** Returns what runs in the room: it unpacks, builds, strips, and notes the time of the source. */
export function buildScript(build: PlannedBuild): string {
  const { go, script } = build;
  const programs = Object.entries(go?.programs ?? {}).map(([path, name]) => goBuild(go!, path, name));
  return [
    "set -eu",
    "umask 022",
    "ulimit -c 0 && ulimit -n 4096",
    "begun=$(date +%s)",
    ...unpacking(build),
    "export SOURCE_DATE_EPOCH",
    'echo "$SOURCE_DATE_EPOCH" > /build/epoch',
    script.trim(),
    ...programs,
    'find "$OUT" -type f | while read -r file; do case $(head -c 4 "$file" | tail -c 3) in ELF) strip "$file";; esac; done',
    '{ echo "$(($(date +%s) - begun))"; times; } > /build/time',
    "",
  ].join("\n");
}

function unpacking({ source, archive, crate, golang }: PlannedBuild): string[] {
  if (crate) {
    return [
      "dpkg-deb -x /sources/*.deb unpacked",
      "mv unpacked/usr/share/cargo/registry/* src",
      "SOURCE_DATE_EPOCH=$(zcat unpacked/usr/share/doc/*/changelog.Debian.gz | dpkg-parsechangelog -l- -STimestamp)",
      "cd src",
    ];
  }
  if (source && isUpstreamOnly(source)) {
    return [
      "mkdir src",
      "tar -xf /sources/*.orig.tar.* --strip-components=1 -C src",
      "cd src",
      "SOURCE_DATE_EPOCH=$(find . -type f -printf '%Ts\\n' | sort -n | tail -n 1)",
    ];
  }
  if (source) {
    return [
      "dpkg-source --no-check -x /sources/*.dsc src",
      "cd src",
      "SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -STimestamp)",
    ];
  }
  if (archive) {
    const members = archive.members ? `--wildcards ${archive.members.map(quote).join(" ")}` : "";
    return [
      "mkdir src",
      `tar -xf /sources/*.tar.* --strip-components=1 -C src ${members}`,
      "cd src",
      "SOURCE_DATE_EPOCH=$(stat -c %Y Makefile)",
    ];
  }
  const files = golang ? "/usr/local/go" : "/build/files";
  // The second line of VERSION is the time of Go's release.
  const time = 'SOURCE_DATE_EPOCH=$(date -d "$(sed -n "s/^time //p" /usr/local/go/VERSION)" +%s)';
  return [`cp -r ${files} src`, "cd src", time];
}

function goBuild({ tags = [], variables = {} }: GoSourceOptions, path: string, name: string): string {
  const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`).join("");
  return `go build -p "$JOBS" -tags '${
    tags.join(",")
  }' -ldflags '-s -w -buildid=${set}' -o "$OUT${path}" ${name}`;
}

type GoSourceOptions = Pick<NonNullable<PlannedBuild["go"]>, "tags" | "variables">;
