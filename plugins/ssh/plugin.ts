import { definePlugin } from "../plugin.ts";

/**
 * OpenSSH, for keys only. Dropbear is 3 MB smaller, but Debian's knows no SHA-1 signatures, which are all that the older
 * machine managers of this kind of system offer: see docs/measured.md.
 */
export default definePlugin({
  name: "ssh",
  summary: "In from afar, with a key",
  tree: "tree",
  recipes: [{
    name: "openssh",
    summary: "SSH server, for keys only",
    debian: { packages: ["openssh-server", "openssh-client"] },
    source: {
      debian: "openssh",
      room: ["gcc", "libc6-dev", "autoconf", "automake", "pkgconf", "libssl-dev", "zlib1g-dev"],
      script: { file: "source/openssh.sh" },
    },
    keep: ["/usr/sbin/sshd", "/usr/lib/openssh/{sshd-session,sshd-auth}", "/usr/bin/{ssh-keygen,scp}"],
  }, {
    name: "rsync",
    summary: "Copies what has changed",
    debian: { packages: ["rsync"] },
    keep: ["/usr/bin/rsync"],
  }],
  configs: [
    { path: "/etc/passwd", lines: ["sshd:*:102:65534:ssh:/run/sshd:/bin/false"] },
  ],
  hooks: [
    {
      name: "keys",
      summary: "Who may come in, and a name, from bootcodes, QEMU and a NoCloud seed",
      // After the data disk, which may hold keys and a name.
      stage: "network",
      script: { file: "hooks/keys.sh" },
    },
    {
      name: "ssh",
      summary: "The SSH server, with host keys of its own",
      stage: "services",
      after: ["keys"],
      script: { file: "hooks/ssh.sh" },
    },
    {
      name: "nocloud",
      summary: "Files and commands of a NoCloud seed",
      stage: "late",
      script: "/usr/lib/boot2podman/nocloud apply\n",
    },
  ],
  bootcodes: [
    { name: "sshkey", value: '"KEY"', summary: "public key that lets tc and root in" },
    { name: "nossh", summary: "no SSH server" },
  ],
  kernel: [
    { option: "FW_CFG_SYSFS", value: "y", modules: ["qemu_fw_cfg"], reason: "keys from QEMU" },
    { option: "ISO9660_FS", value: "y", modules: ["isofs"], reason: "NoCloud seeds on a CD" },
  ],
  checks: [
    {
      name: "an SSH server is there",
      run: "sudo sh -c 'pidof sshd || { sleep 20; pidof sshd; }'; ls /run/sshd.pid",
      expect: "sshd.pid",
    },
    { name: "passwords are of no use", run: "sudo sshd -T", expect: "passwordauthentication no" },
  ],
});
