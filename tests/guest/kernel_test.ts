import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { configureLinux } from "../../tasks/stages/linux.ts";
import { boot, build, host } from "./harness.ts";

const image = await build();
const { linux } = image.plan.kernel;

Deno.test({
  name: "the kernel from source says of itself what was asked for, and has no modules",
  ignore: !linux,
  fn: async () => {
    await using guest = await boot(image);
    const sum = createHash("sha256").update(await configureLinux(linux!, host)).digest("hex");
    assert.equal(await guest.succeed("zcat /proc/config.gz | sha256sum"), `${sum}  -\n`);
    assert.match(await guest.succeed("uname -r"), /^[\d.]+-boot2podman\n$/);
    await guest.fail("test -e /proc/modules");
    // What somebody asks for by name is there, whatever he takes it to be.
    await guest.succeed("sudo modprobe overlay && sudo modprobe -a bridge veth");
  },
});
