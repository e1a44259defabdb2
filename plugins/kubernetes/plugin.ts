import { definePlugin } from "../plugin.ts";
import { kernel } from "./kernel.ts";

// What the programs say of themselves; go.mod decides what they are.
const CNI = "1.9.1";
const CRICTL = "1.36.0";
const CRIO = "1.36.3";
const KUBERNETES = "1.36.3";

const NETWORK_PLUGINS = [
  "bandwidth",
  "bridge",
  "firewall",
  "host-local",
  "ipvlan",
  "loopback",
  "macvlan",
  "portmap",
  "tuning",
];

const DAEMONS = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"];

/** Returns links to one program, by which it knows what it is called as. */
function links(folder: string, names: string[], target: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${folder}/${name}`, target]));
}

/** Kubernetes, cri-o and the network plugins, as programs; what makes a cluster of them is not in it yet. */
export default definePlugin({
  name: "kubernetes",
  summary: "Kubernetes' own programs, and what they run on",
  requires: ["podman"],
  recipes: [
    {
      name: "cni",
      summary: "Network plugins that cri-o gives pods their network with",
      source: {
        go: {
          module: "github.com/containernetworking/plugins",
          programs: { "/usr/lib/cni/plugins": "." },
          variables: {
            "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion": `v${CNI}`,
          },
        },
        files: "go/cni",
        script: { file: "source/cni.sh" },
      },
      keep: ["/usr/lib/cni/plugins"],
      // Where cri-o looks without being told, and where clusters put plugins of their own. The program is elsewhere, so
      // that one of those that has the name of ours takes the place of a link, and of nothing else.
      links: links("/opt/cni/bin", NETWORK_PLUGINS, "/usr/lib/cni/plugins"),
      // portmap and kube-proxy call nft.
      depends: ["nftables"],
    },
    {
      name: "crictl",
      summary: "Talk to cri-o as the kubelet does",
      source: {
        go: {
          module: "sigs.k8s.io/cri-tools",
          programs: { "/usr/bin/crictl": "sigs.k8s.io/cri-tools/cmd/crictl" },
          tags: ["grpcnotrace"],
          variables: { "sigs.k8s.io/cri-tools/pkg/version.Version": CRICTL },
        },
        files: "go/crictl",
        script: { file: "source/static.sh" },
      },
      keep: ["/usr/bin/crictl"],
    },
    {
      name: "cri-o",
      summary: "Runs the containers of the kubelet",
      source: {
        go: {
          module: "github.com/cri-o/cri-o",
          programs: { "/usr/bin/crio": "github.com/cri-o/cri-o/cmd/crio" },
          // No GnuPG, no Btrfs.
          tags: [
            "containers_image_openpgp",
            "exclude_graphdriver_btrfs",
            "grpcnotrace",
            "seccomp",
          ],
        },
        files: "go/cri-o",
        room: ["gcc", "libc6-dev", "libseccomp-dev", "pkgconf"],
        script: { file: "source/cri-o.sh" },
      },
      keep: ["/usr/bin/{crio,pinns}"],
      depends: ["cni", "conmon", "crun"],
    },
    {
      name: "kubernetes",
      summary: "Kubernetes' programs, from kubeadm to kubelet",
      source: {
        go: {
          module: "k8s.io/kubernetes",
          programs: { "/usr/bin/hyperkube": "." },
          tags: ["grpcnotrace"],
          variables: {
            "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}`,
            "k8s.io/component-base/version.gitCommit": "unknown",
            "k8s.io/client-go/pkg/version.gitVersion": `v${KUBERNETES}`,
            "k8s.io/client-go/pkg/version.gitCommit": "unknown",
          },
        },
        files: "go/kubernetes",
        script: { file: "source/static.sh" },
      },
      keep: ["/usr/bin/hyperkube"],
      links: links("/usr/bin", [...DAEMONS, "kubeadm", "kubectl"], "hyperkube"),
    },
  ],
  kernel,
  checks: [
    ...NETWORK_PLUGINS.map((name) => ({
      name: `the network plugin ${name} runs`,
      run: `/opt/cni/bin/${name} 2>&1`,
      expect: `CNI ${name} plugin v${CNI}`,
    })),
    { name: "crictl runs", run: "crictl --version", expect: `crictl version ${CRICTL}` },
    { name: "cri-o runs", run: "crio --version", expect: `crio version ${CRIO}` },
    {
      name: "pinns holds a namespace open",
      run:
        "sudo pinns --dir /run/pinns --filename trial --uts && mount | grep /run/pinns; sudo umount /run/pinns/utsns/trial",
      expect: "/run/pinns/utsns/trial",
    },
    ...DAEMONS.map((name) => ({
      name: `${name} runs`,
      run: `${name} --version`,
      expect: `Kubernetes v${KUBERNETES}`,
    })),
    { name: "kubeadm runs", run: "kubeadm version --output short", expect: `v${KUBERNETES}` },
    { name: "kubectl runs", run: "kubectl version --client", expect: `Client Version: v${KUBERNETES}` },
  ],
});
