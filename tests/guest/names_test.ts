import assert from "node:assert/strict";
import type { Guest } from "../../tasks/machine/guest.ts";
import { boot, build, MAKE_IMAGE } from "./harness.ts";

/** What each name of the one program says of itself, and what it has to say. */
const SAYS: [command: string, says: RegExp][] = [
  ["podman --version", /^podman version 5\.[\d.]+\n$/],
  ["buildah --version", /^buildah version 1\.[\d.]+ /],
  ["skopeo --version", /^skopeo version 1\.[\d.]+/],
  ["podman --help", /^Manage pods, containers and images\n[^]*\n +podman \[options\] \[command\]\n/],
  ["buildah --help", /^A tool that facilitates building OCI images\n[^]*\n +buildah \[/],
  ["skopeo --help", /^Various operations with container images[^]*\n +skopeo \[/],
  ["podman completion bash", /^ *complete .*-F __start_podman podman$/m],
  ["buildah completion bash", /^ *complete .*-F __start_buildah buildah$/m],
  ["skopeo completion bash", /^ *complete .*-F __start_skopeo skopeo$/m],
  ["podman __complete unsh", /^unshare\tRun a command in a modified user namespace$/m],
  ["buildah __complete push --cre", /^--creds\b/m],
  ["skopeo __complete insp", /^inspect\t/m],
];

const NAMES = ["podman", "buildah", "skopeo"];

/** What starts the program anew, under a name that only it knows. */
const STARTS_ITSELF: [what: string, how: (guest: Guest) => Promise<unknown>][] = [
  ["buildah runs a command in a folder of its own", async (guest) => {
    await guest.succeed(MAKE_IMAGE, { timeout: 120 });
    for (const isolation of ["oci", "chroot"]) {
      // It hands on what it is given to read, so that it would take what the next command is.
      const run = `buildah run --isolation ${isolation} $(buildah from localhost/box) echo ran < /dev/null`;
      assert.match(await guest.succeed(run, { timeout: 120 }), /^ran$/m);
    }
  }],
  ["podman builds with the isolation chroot", async (guest) => {
    await guest.succeed(
      "mkdir -p /tmp/b && printf 'FROM localhost/box\\nRUN echo made > /made\\n' > /tmp/b/Dockerfile",
    );
    await guest.succeed("podman build --isolation chroot -t made /tmp/b", { timeout: 240 });
    assert.equal(await guest.succeed("podman run --rm made cat /made"), "made\n");
  }],
  ["skopeo copies out of podman's store", async (guest) => {
    await guest.succeed("sudo skopeo copy -q containers-storage:localhost/made oci:/tmp/oci:made", {
      timeout: 240,
    });
    assert.match(await guest.succeed("sudo skopeo inspect --config oci:/tmp/oci:made"), /echo made/);
  }],
  ["without root, podman becomes root in a user namespace of its own", async (guest) => {
    assert.equal(await guest.succeed("/usr/bin/podman unshare id -u 2>/dev/null"), "0\n");
  }],
];

Deno.test({
  name: "podman, buildah and skopeo are one program, and each as if it stood alone",
  ignore: !Deno.env.get("BOOT2PODMAN_TEST_FROM")?.split(",").some((word) => /^(podman=)?source$/.test(word)),
  fn: async (t) => {
    await using guest = await boot(await build({ plugins: ["skopeo"] }), { memory: 1024 });
    const inodes = await guest.succeed(`md5sum ${NAMES.map((name) => `/usr/bin/${name}`).join(" ")}`);
    assert.equal(new Set(inodes.match(/^\w{32}/gm)).size, 1, inodes);
    for (const [command, says] of SAYS) {
      await t.step(command, async () => {
        const said = await guest.succeed(`sudo ${command} 2>/dev/null`);
        assert.match(said, says);
        const others = NAMES.filter((name) => !command.startsWith(name));
        if (/--help|completion/.test(command)) {
          assert.doesNotMatch(said, new RegExp(`^ *(${others.join("|")}) `, "m"));
        }
      });
    }
    for (const [what, how] of STARTS_ITSELF) await t.step(what, async () => void await how(guest));
  },
});
