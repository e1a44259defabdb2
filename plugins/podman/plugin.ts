import { definePlugin } from "../plugin.ts";
import { kernel } from "./kernel.ts";
import { tests } from "./tests.ts";

/** Podman, with the runtime, the monitor and the network that it works with. */
export default definePlugin({
  name: "podman",
  summary: "Run containers and pods",
  tree: "tree",
  recipes: [
    {
      name: "podman",
      summary: "Run containers and pods",
      debian: { packages: ["podman"] },
      source: {
        go: {
          module: "github.com/containers/podman/v5",
          programs: { "/usr/bin/podman": "." },
          // No GnuPG, no Btrfs; journald and others are left out by not being named. All that other tags could leave out
          // is 0.1 MB of the ISO (docs/measured.md).
          tags: ["containers_image_openpgp", "exclude_graphdriver_btrfs", "seccomp"],
        },
        files: "go",
        room: ["gcc", "libc6-dev", "libseccomp-dev", "pkgconf"],
        script: { file: "source/podman.sh" },
        tests,
      },
      keep: ["/usr/bin/podman"],
      depends: ["catatonit", "conmon", "crun", "netavark", "seccomp"],
    },
    {
      name: "catatonit",
      summary: "The first process of a pod",
      debian: { packages: ["catatonit"] },
      source: {
        debian: "catatonit",
        unchanged: ["0.2.1-2"],
        room: ["gcc", "libc6-dev", "autoconf", "automake", "libtool"],
        script: { file: "source/catatonit.sh" },
      },
      keep: ["/usr/libexec/podman/catatonit", "/usr/bin/catatonit"],
    },
    {
      name: "conmon",
      summary: "Holds the terminal and the logs of one container",
      debian: { packages: ["conmon"] },
      keep: ["/usr/bin/conmon"],
    },
    {
      name: "crun",
      summary: "The OCI runtime",
      debian: { packages: ["crun"] },
      source: {
        debian: "crun",
        unchanged: ["1.21-1"],
        room: ["gcc", "libc6-dev", "libcap-dev", "libseccomp-dev", "pkgconf", "python3-minimal"],
        script: { file: "source/crun.sh" },
      },
      keep: ["/usr/bin/crun"],
    },
    {
      name: "netavark",
      summary: "Networks of containers",
      debian: { packages: ["netavark"] },
      keep: ["/usr/lib/podman/netavark"],
      depends: ["aardvark-dns", "nftables"],
    },
    {
      name: "aardvark-dns",
      summary: "Tells containers each other's addresses",
      debian: { packages: ["aardvark-dns"] },
      keep: ["/usr/lib/podman/aardvark-dns"],
    },
    {
      name: "nftables",
      summary: "Firewall rules, which netavark sets with it",
      debian: { packages: ["nftables"] },
      keep: ["/usr/sbin/nft"],
    },
    {
      name: "seccomp",
      summary: "The system calls that containers may make",
      // A client that has this file names it to the server when it builds, and takes for granted that it is here too.
      debian: { packages: ["golang-github-containers-common"] },
      keep: ["/usr/share/containers/seccomp.json"],
    },
    {
      name: "inetd",
      summary: "Starts the podman API when somebody calls",
      debian: { packages: ["openbsd-inetd"] },
      // Ours has one, where Debian's does not.
      source: { of: "busybox" },
      keep: ["/usr/sbin/inetd"],
    },
  ],
  configs: [
    {
      path: "/etc/containers/containers.conf",
      toml: {
        containers: { log_driver: "k8s-file" },
        engine: {
          cgroup_manager: "cgroupfs",
          events_logger: "file",
          runtime: "crun",
          helper_binaries_dir: [
            "/usr/local/lib/podman",
            "/usr/lib/podman",
            "/usr/libexec/podman",
            "/usr/bin",
          ],
          hooks_dir: ["/usr/share/containers/oci/hooks.d"],
        },
        network: { network_backend: "netavark", firewall_driver: "nftables" },
      },
    },
    {
      path: "/etc/containers/storage.conf",
      toml: {
        storage: {
          driver: "overlay",
          runroot: "/run/containers/storage",
          graphroot: "/var/lib/containers/storage",
        },
      },
    },
    {
      path: "/etc/containers/registries.conf",
      toml: { "unqualified-search-registries": ["docker.io", "quay.io"] },
    },
    { path: "/etc/containers/policy.json", json: { default: [{ type: "insecureAcceptAnything" }] } },
    {
      path: "/etc/containers/registries.d/default.yaml",
      yaml: { "default-docker": { "lookaside-staging": "file:///var/lib/containers/sigstore" } },
    },
  ],
  hooks: [{
    name: "containers",
    summary: "What containers need of the system",
    stage: "services",
    after: ["setup"],
    script: { file: "hooks/containers.sh" },
  }, {
    name: "api",
    summary: "The podman API at /run/podman/podman.sock, started by the first call",
    stage: "services",
    after: ["containers"],
    script: { file: "hooks/api.sh" },
  }],
  kernel,
  checks: [
    {
      name: "podman finds the file that clients name to it",
      run: "test -s /usr/share/containers/seccomp.json && echo there",
      expect: "there",
    },
    { name: "podman runs", run: "podman --version", expect: "podman version" },
    {
      name: "podman stores by overlay",
      run: "sudo podman info --format '{{.Store.GraphDriverName}}'",
      expect: "overlay",
    },
  ],
});
