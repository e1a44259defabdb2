import { definePlugin } from "../plugin.ts";

/** Skopeo, for images in registries and folders. */
export default definePlugin({
  name: "skopeo",
  summary: "Inspect and copy images between registries",
  requires: ["podman"],
  recipes: [{
    name: "skopeo",
    summary: "Inspect and copy images between registries",
    debian: { packages: ["skopeo"] },
    // One program with podman, which takes most of its code.
    source: { of: "podman" },
    keep: ["/usr/bin/skopeo"],
  }],
  checks: [{ name: "skopeo runs", run: "skopeo --version", expect: "skopeo version" }],
});
