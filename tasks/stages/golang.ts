import type { Architecture } from "../formats/architecture.ts";
import { closure, openIndex } from "../host/debian.ts";
import { STEP, TOOLCHAIN } from "../host/go.ts";
import type { Host } from "../host/host.ts";
import { FURNITURE } from "../host/room.ts";
import type { PlannedBuild } from "./origins.ts";

/** Debian's Go that the first one is built by, and where it is: in one suite, whatever suite the system is built from. */
export const BOOTSTRAP = { suite: "trixie", packages: ["golang-1.24-go", "golang-1.24-src"] };

/**
 * What runs in the room, with the source of STEP in /modules. The result is what Go's makers release, to the byte, as
 * their own build leaves nothing of the place and the time in it: so nothing is stripped of it.
 */
export const GO_SCRIPT = `# Each Go is built by the one before, the first by Debian's.
unset CFLAGS CPPFLAGS LDFLAGS
export GOCACHE=/build/cache GOTOOLCHAIN=local GOMAXPROCS="$JOBS" GOROOT_BOOTSTRAP=/usr/lib/go-1.24
cp -r /modules ../step
for folder in ../step .; do
  # An archive of a module can hold no other module, so those of Go itself are renamed in it.
  find "$folder" -name _go.mod | while read -r file; do mv "$file" "\${file%_go.mod}go.mod"; done
  (cd "$folder/src" && bash make.bash)
  export GOROOT_BOOTSTRAP=/build/step
done
rm -rf pkg/obj
cp -r . "$OUT/go"
strip() { :; }
`;

/** Returns how Go itself is built: from the source in its archive, by an older Go of Debian. */
export async function planGo(
  { host, machine }: { host: Host; machine: Architecture },
): Promise<PlannedBuild> {
  const { suite, packages } = BOOTSTRAP;
  const index = await openIndex(host, { suite, architecture: machine.name });
  return {
    recipe: "go",
    version: TOOLCHAIN.version,
    golang: [TOOLCHAIN, STEP].map(({ version }) => version),
    texts: {},
    room: closure(index, [...FURNITURE, ...packages], () => true),
    script: GO_SCRIPT,
  };
}
