import { definePlugin } from "../plugin.ts";

/** Buildah, for images made step by step or from a Dockerfile. */
export default definePlugin({
  name: "buildah",
  summary: "Build images",
  requires: ["podman"],
  tree: "tree",
  recipes: [{
    name: "buildah",
    summary: "Build images",
    debian: { packages: ["buildah"] },
    // One program with podman, which takes most of its code.
    source: { of: "podman" },
    keep: ["/usr/bin/buildah"],
    depends: ["crun", "netavark"],
  }],
  checks: [{ name: "buildah runs", run: "buildah --version", expect: "buildah version" }],
});
