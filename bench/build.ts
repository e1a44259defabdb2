import { type Figure, imageOf, median, round, type Subject } from "./figure.ts";

const CLI = new URL("../tasks/cli.ts", import.meta.url).pathname;

/** Measures builds in seconds of wall time, each a process of its own: all but the downloads, no change, one config changed. */
export async function measureBuild(subject: Subject): Promise<Figure[]> {
  const { host } = subject;
  await imageOf(subject);
  const folder = await Deno.makeTempDir({ dir: `${host.cache}/tmp` });
  try {
    await Deno.mkdir(`${folder}/boot2podman`);
    for (const name of ["debs", "indexes", "tools"]) {
      await new Deno.Command("cp", { args: ["-al", `${host.cache}/${name}`, `${folder}/boot2podman/`] })
        .output();
    }
    const all = await timed(folder, []);
    const none = median([await timed(folder, []), await timed(folder, []), await timed(folder, [])]);
    await Deno.writeTextFile(
      `${folder}/lab.ts`,
      `export default { name: "lab", summary: "", configs: [{ path: "/etc/motd.lab", text: "" }] };`,
    );
    const config = await timed(folder, ["--plugin", `${folder}/lab.ts`]);
    return [
      { what: "build, downloads cached, otherwise empty", value: round(all), unit: "s", goal: 90 },
      { what: "build again, no change", value: round(none), unit: "s", goal: 1 },
      { what: "  as a ratio to the whole build", value: Math.round(none / all * 1000) / 1000, unit: "" },
      { what: "build again, one config changed", value: round(config), unit: "s", goal: 10 },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function timed(folder: string, words: string[]): Promise<number> {
  const begun = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", CLI, "iso", "--offline", "--output", `${folder}/dist`, ...words],
    env: {
      XDG_CACHE_HOME: folder,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    },
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return (performance.now() - begun) / 1000;
}
