import assert from "node:assert/strict";
import { cacheFolder } from "../../tasks/host/open.ts";
import { cli } from "./cli.ts";

const cache = cacheFolder().replace(/\/boot2podman$/, "");

/** What a user may get wrong, and what has to be said: words of the command, what is said, and what to do. */
const wrong: [args: string[], said: RegExp, hint: RegExp][] = [
  [["plan", "--plugin", "skopoe"], /There is no plugin "skopoe"/, /Did you mean "skopeo"/],
  [["plan", "--without", "buildha"], /There is no plugin "buildha"/, /Did you mean "buildah"/],
  [["plan", "--suite", "trixi"], /There is no suite "trixi"/, /Did you mean "trixie"/],
  [["plan", "--arch", "amd46"], /There is no architecture "amd46"/, /Did you mean "amd64"/],
  [["plan", "--bootcode", "hots=box"], /There is no bootcode "hots"/, /Did you mean "host"/],
  [["plan", "--plugni", "skopeo"], /unknown option '--plugni'/, /Did you mean --plugin/],
  [["plam"], /unknown command 'plam'/, /Did you mean plan/],
  [["tcz", "podmam"], /There is no extension "podmam"/, /Did you mean "podman"/],
  [
    ["plan", "--without", "podman"],
    /The plugin buildah needs podman, which was taken away/,
    /--without buildah/,
  ],
  [["plan", "--plugin", "skopeo", "--without", "skopeo"], /both added and taken away/, /once/],
  [["plan", "--plugin", "./nowhere"], /There is no plugin at \.\/nowhere/, /path of a folder/],
  [["plan", "--mirror", "ftp://example.org/debian"], /is not an http or https address/, /dists and pool/],
  [
    ["plan", "--refresh", "--mirror", "http://127.0.0.1:9/debian"],
    /can't be reached, the index of .* is used/,
    /boot2podman\.iso/,
  ],
  [["plan", "--from", "go=source"], /Nothing in the plan is built by Go/, /podman=source/],
  [["plan", "--from", "go=source", "--from", "podman=sorce"], /There is no origin "sorce"/, /source/],
  [["tcz", "podman", "--check"], /No extension podman comes from source/, /--from NAME=source/],
  [["tcz", "busybox", "--check", "--from", "busybox=source"], /busybox names no tests/, /--check/],
  [["run", "nowhere.iso"], /There is no ISO at nowhere\.iso/, /deno task iso/],
  [["run", "--memory", "lots"], /--memory <MiB>/, /whole number/],
  [["test", "gest"], /There is no group of tests "gest"/, /Did you mean "guest"/],
];

for (const [args, said, hint] of wrong) {
  Deno.test(`wrong input: ${args.join(" ")}`, async () => {
    const outcome = await cli(args, { cache });
    assert.match(outcome.said, said);
    assert.match(outcome.said, hint);
    assert.doesNotMatch(outcome.said, /\n {4}at /, "a stack is for developers");
    if (!args.includes("--refresh")) assert.equal(outcome.code, 1);
  });
}

/** Plugins that can't be: what is wrong with them, and what has to be said. */
const plugins: [what: string, fields: string, said: RegExp][] = [
  [
    "an unknown field",
    `hook: []`,
    /"odd".*plugin\.hook is not a field of the contract, did you mean hooks\?/,
  ],
  [
    "a path that leads out",
    `configs: [{ path: "/etc/../../x", text: "" }]`,
    /plugin\.configs\[0\]\.path is .* expected an absolute path/,
  ],
  [
    "a value that is another plugin's",
    `configs: [{ path: "/etc/containers/containers.conf", toml: { engine: { runtime: "runc" } } }]`,
    /odd and podman|podman and odd/,
  ],
  [
    "an option that no kernel has",
    `kernel: [{ option: "PODMAN_ACCELERATOR", value: "y", reason: "speed" }]`,
    /CONFIG_PODMAN_ACCELERATOR: it is not set; odd needs it for speed/,
  ],
  [
    "a package that Debian does not have",
    `recipes: [{ name: "x", summary: "x", debian: { packages: ["no-such-package"] }, keep: ["/x"] }]`,
    /no package no-such-package, which the recipe x of odd needs/,
  ],
  [
    "a file that the package does not have",
    `recipes: [{ name: "x", summary: "x", debian: { packages: ["crun"] }, keep: ["/usr/bin/nocrun"] }]`,
    /The recipe x keeps \/usr\/bin\/nocrun/,
  ],
  [
    "a file that another extension has",
    `recipes: [{ name: "x", summary: "x", debian: { packages: ["crun"] }, keep: ["/usr/bin/crun"] }]`,
    /\/usr\/bin\/crun comes from .*crun.* and from/,
  ],
  [
    "a hook after one that is not there",
    `hooks: [{ name: "x", summary: "x", stage: "late", after: ["netwrok"], script: "" }]`,
    /to come after netwrok, which no plugin brings/,
  ],
];

for (const [what, fields, said] of plugins) {
  Deno.test(`a plugin with ${what} is refused`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/plugin.ts`,
      `export default { name: "odd", summary: "odd", ${fields} };`,
    );
    const outcome = await cli(["iso", "--plugin", folder, "--output", `${folder}/out`], { cache });
    assert.equal(outcome.code, 1, outcome.said);
    assert.match(outcome.said, said);
    await Deno.remove(folder, { recursive: true });
  });
}
