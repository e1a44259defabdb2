import assert from "node:assert/strict";
import { findFirmware } from "../../tasks/machine/toolkit.ts";
import { type Guest, startGuest } from "../../tasks/machine/guest.ts";
import { makeKey } from "../owner.ts";
import { accel, build, host, qemu } from "./harness.ts";

/** What the owner does in MokManager: what it shows, and the keys that lead on from there. */
const ENROLMENT: [shown: RegExp, keys: string][] = [
  [/Press any key to perform MOK management/, "ret"],
  [/Enroll key from disk/, "down ret"],
  [/Select Key[^]*ESP/, "ret"],
  [/EFI\//, "ret"],
  [/BOOT\//, "down ret"],
  [/owner\.cer/, "down down down ret"],
  [/View key 0/, "down ret"],
  [/Enroll the key\(s\)\?/, "down ret"],
  [/Reboot/, "ret"],
];

async function press(guest: Guest, keys: string): Promise<void> {
  for (const key of keys.split(" ")) {
    // The firmware draws the screen before it listens.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await guest.qmp("send-key", { keys: [{ type: "qcode", data: key }], "hold-time": 50 });
  }
}

Deno.test({
  name:
    "a kernel of our own starts with Secure Boot on once the owner's certificate is enrolled, and not before",
  // The kernel takes a quarter of an hour to build.
  ignore: !Deno.env.has("BOOT2PODMAN_TEST_ALL"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const sign = await makeKey(host, folder, "owner");
    const image = await build({ from: ["kernel=source"], sign });
    const firmware = await findFirmware(host, "secure-boot");
    await using guest = await startGuest({ qemu, accel, memory: 1024, firmware, cdrom: image.iso });
    await guest.waitForText(/bad shim signature/, 180);
    await press(guest, "ret");
    await guest.waitForText(/bad shim signature[^]*only the base/, 60);
    await press(guest, "down down ret");
    for (const [shown, keys] of ENROLMENT) {
      await guest.waitForText(shown, 60);
      await press(guest, keys);
    }
    await guest.waitForReady(300);
    assert.match(await guest.succeed("sudo dmesg"), /secureboot: Secure boot enabled/i);
    assert.match(await guest.succeed("uname -r"), /-boot2podman\n$/);
    await Deno.remove(folder, { recursive: true });
  },
});
