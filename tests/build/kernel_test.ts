import assert from "node:assert/strict";
import { fetchPackages } from "../../tasks/host/debian.ts";
import { openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { unpackDeb } from "../../tasks/host/unpack.ts";
import { configureLinux, linuxBuild } from "../../tasks/stages/linux.ts";
import { plan } from "../../tasks/stages/plan.ts";

const host = await openHost({ progress: quietProgress() });
const FROM = ["kernel=source"];

/** What the makers of container programs ask of a kernel with cgroup v2, and where they say so. */
const REQUIREMENTS: [who: string, options: string][] = [
  [
    "moby, contrib/check-config.sh, generally necessary",
    `NAMESPACES NET_NS PID_NS IPC_NS UTS_NS CGROUPS CGROUP_BPF CGROUP_DEVICE CGROUP_FREEZER CGROUP_SCHED CPUSETS MEMCG
    KEYS VETH BRIDGE BRIDGE_NETFILTER IP_NF_FILTER IP_NF_MANGLE IP_NF_TARGET_MASQUERADE IP6_NF_FILTER IP6_NF_MANGLE
    IP6_NF_TARGET_MASQUERADE NETFILTER_XT_MATCH_ADDRTYPE NETFILTER_XT_MATCH_CONNTRACK NETFILTER_XT_MATCH_IPVS
    NETFILTER_XT_MARK IP_NF_RAW IP_NF_NAT NF_NAT IP6_NF_RAW IP6_NF_NAT POSIX_MQUEUE`,
  ],
  [
    "moby, contrib/check-config.sh, optional",
    `USER_NS SECCOMP SECCOMP_FILTER CGROUP_PIDS BLK_CGROUP BLK_DEV_THROTTLING CGROUP_PERF CGROUP_HUGETLB
    CFS_BANDWIDTH FAIR_GROUP_SCHED IP_VS IP_VS_NFCT IP_VS_PROTO_TCP IP_VS_PROTO_UDP IP_VS_RR EXT4_FS EXT4_FS_POSIX_ACL
    EXT4_FS_SECURITY VXLAN BRIDGE_VLAN_FILTERING CRYPTO CRYPTO_AEAD CRYPTO_GCM CRYPTO_SEQIV CRYPTO_GHASH XFRM
    XFRM_USER XFRM_ALGO INET_ESP IPVLAN MACVLAN DUMMY NF_NAT_FTP NF_CONNTRACK_FTP NF_NAT_TFTP NF_CONNTRACK_TFTP
    OVERLAY_FS`,
  ],
  [
    "kubeadm and cri-o",
    `NETFILTER_XT_TARGET_REDIRECT NETFILTER_XT_MATCH_COMMENT NETFILTER_XT_MATCH_STATISTIC NETFILTER_XT_MATCH_RECENT
    NETFILTER_XT_MATCH_MULTIPORT IP_SET IP_SET_HASH_IPPORT NFT_FIB NFT_NUMGEN INET PROC_FS`,
  ],
  [
    "podman, crun and netavark",
    "NF_TABLES NF_TABLES_INET NFT_MASQ NFT_NAT NFT_CT NFT_REDIR TUN FUSE_FS WIREGUARD PSI MEMFD_CREATE CGROUP_BPF",
  ],
];

/** Returns the options that a .config has, built in or as modules. */
const has = (config: string) =>
  new Set([...config.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, name]) => name));

async function own(): Promise<string> {
  return await configureLinux((await plan({ from: FROM, plugins: ["luks"] }, host)).kernel.linux!, host);
}

async function debians(): Promise<string> {
  const { package: item } = (await plan({}, host)).kernel;
  const entries = await unpackDeb((await fetchPackages(host, [item])).get(item.sha256)!);
  return new TextDecoder().decode(entries.find(({ path }) => path.startsWith("/boot/config-"))!.data);
}

for (const [name, read] of [["our own kernel", own], ["Debian's kernel", debians]] as const) {
  Deno.test(`${name} has what podman, cri-o, kubeadm and moby ask for`, async () => {
    const options = has(await read());
    const missing = REQUIREMENTS.flatMap(([who, text]) =>
      text.split(/\s+/).filter((option) => !options.has(option)).map((option) => `${option} (${who})`)
    );
    assert.deepEqual(missing, []);
  });
}

Deno.test("our own kernel loads nothing: all of it is built in", async () => {
  assert.doesNotMatch(await own(), /=m$|^CONFIG_MODULES=y/m);
});

async function pluginAsking(option: string, reason: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  const plugin = { name: "trial", summary: "A trial", kernel: [{ option, value: "y", reason }] };
  await Deno.writeTextFile(`${folder}/plugin.ts`, `export default ${JSON.stringify(plugin)};`);
  return folder;
}

for (
  const [title, option, said] of [
    ["doesn't exist", "NO_SUCH_THING", /\(no such option\); trial needs it for trying/],
    ["depends on what is off", "SND_HDA_INTEL", /became n \(it depends on .*\); trial needs it for trying/],
  ] as const
) {
  Deno.test(`an option that ${title} stops the build before anything is compiled`, async () => {
    const { kernel } = await plan({ from: FROM, plugins: [await pluginAsking(option, "trying")] }, host);
    await assert.rejects(configureLinux(kernel.linux!, host), { message: said });
  });
}

Deno.test("a plugin that asks for nothing new does not build another kernel", async () => {
  const request = { from: FROM, plugins: [await pluginAsking("OVERLAY_FS", "another reason")] };
  const [before, after] = await Promise.all([plan({ from: FROM }, host), plan(request, host)]);
  const build = await linuxBuild(before.kernel.linux!, host);
  assert.deepEqual(await linuxBuild(after.kernel.linux!, host), build);
});

Deno.test("a plugin that asks for what is switched off is told who switched it off", async () => {
  const request = { from: FROM, plugins: [await pluginAsking("MODULES", "drivers of its own")] };
  await assert.rejects(plan(request, host), {
    message: /MODULES can have one value[^]*kernel\/base.*wants n[^]*trial wants y: drivers of its own/,
  });
});
