import assert from "node:assert/strict";
import { buildingPage, PAGE } from "../../tasks/building.ts";

Deno.test("docs/building.md says what the recipes say", async () => {
  const page = await Deno.readTextFile(new URL(`../../${PAGE}`, import.meta.url));
  assert.ok(page === await buildingPage(), "it is old: run `deno task docs`");
});
