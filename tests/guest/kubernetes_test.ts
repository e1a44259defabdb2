import { boot, build, holds } from "./harness.ts";

Deno.test({
  name: "what the plugin kubernetes says of the guest holds",
  // Its programs take longer to build than everything else.
  ignore: !Deno.env.has("BOOT2PODMAN_TEST_ALL"),
  fn: async (t) => {
    const image = await build({ plugins: ["kubernetes"] });
    await using guest = await boot(image, { memory: 1536 });
    await holds(t, guest, image.plan.checks.filter(({ plugin }) => plugin === "kubernetes"));
  },
});
