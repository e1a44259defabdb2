import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the README's example builds its ISO, boots it and hears its greeting", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const example = readme.match(/```ts\n([^]*?)```/)?.[1];
  assert.ok(example, "the README has an example");
  const folder = await Deno.makeTempDir();
  const file = `${folder}/example.ts`;
  await Deno.writeTextFile(file, example.replace("./mod.ts", new URL("mod.ts", ROOT).href));
  const config = new URL("deno.json", ROOT).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", config, file],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  assert.match(text(stdout), /^Hello from lab$/m);
  await Deno.remove(folder, { recursive: true });
});
