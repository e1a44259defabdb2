const PACKAGES: Record<string, string> = {
  "github.com/containers/podman/v5":
    "cmd/podman cmd/podman/parse libpod/events pkg/specgen pkg/specgen/generate/kube pkg/specgenutil pkg/systemd/quadlet pkg/util",
  "github.com/containers/buildah":
    "define imagebuildah internal/sbom internal/util internal/volumes pkg/cli pkg/util util",
  "github.com/containers/skopeo": "cmd/skopeo",
};

/** Packages of the three whose tests need no network and no root, as those of buildah's command do. */
export const tests: string[] = Object.entries(PACKAGES).flatMap(([module, packages]) =>
  packages.split(" ").map((name) => `${module}/${name}`)
);
