const PACKAGES: Record<string, string> = {
  "github.com/containers/podman/v5":
    "cmd/podman cmd/podman/parse libpod/events pkg/specgen pkg/specgen/generate/kube pkg/specgenutil pkg/systemd/quadlet pkg/util",
  "github.com/containers/buildah": "cmd/buildah copier define imagebuildah pkg/cli pkg/parse",
  "github.com/containers/skopeo": "cmd/skopeo",
};

/** Packages of the three whose tests need no network, no root and no module that the programs don't need. */
export const tests: string[] = Object.entries(PACKAGES).flatMap(([module, packages]) =>
  packages.split(" ").map((name) => `${module}/${name}`)
);
