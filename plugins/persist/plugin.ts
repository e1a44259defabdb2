import { definePlugin } from "../plugin.ts";

/** Keeps what matters on the disk that is labelled boot2podman-data, and formats a disk only if it asks for that itself. */
export default definePlugin({
  name: "persist",
  summary: "Keep containers, keys and settings on a disk",
  tree: "tree",
  recipes: [{
    name: "e2fsprogs",
    summary: "Check, make and grow ext4",
    debian: { packages: ["e2fsprogs"] },
    source: {
      debian: "e2fsprogs",
      room: ["gcc", "libc6-dev", "pkgconf"],
      script: { file: "source/e2fsprogs.sh" },
    },
    keep: ["/usr/sbin/{e2fsck,mke2fs,resize2fs}", "/etc/mke2fs.conf"],
    links: { "/usr/sbin/mkfs.ext4": "mke2fs", "/usr/sbin/fsck.ext4": "e2fsck" },
    depends: ["blkid"],
  }, {
    name: "blkid",
    summary: "Recognise what is on a disk",
    debian: { packages: ["util-linux"] },
    keep: ["/usr/sbin/blkid"],
  }],
  hooks: [
    {
      name: "persist",
      summary: "The data disk",
      stage: "early",
      after: ["setup"],
      script: { file: "hooks/persist.sh" },
    },
    {
      name: "swap",
      summary: "Swap in a file or in compressed memory",
      stage: "services",
      script: { file: "hooks/swap.sh" },
    },
    {
      name: "restart",
      summary: "Containers that are to come up with the system",
      stage: "late",
      script: { file: "hooks/restart.sh" },
    },
  ],
  bootcodes: [
    { name: "data", value: "LABEL|/dev/…|off", summary: "the data disk, boot2podman-data by default" },
    { name: "waitdata", value: "SECONDS", summary: "wait this long for the data disk" },
    { name: "format", value: "LABEL|/dev/…", summary: "make an empty disk the data disk" },
    { name: "swap", value: "SIZE|off", summary: "swap file on the data disk, such as 2G" },
  ],
  kernel: [
    { option: "XFS_FS", value: "y", modules: ["xfs"], reason: "data disks with XFS" },
    { option: "ZRAM", value: "y", modules: ["zram"], reason: "swap in compressed memory" },
    { option: "CRYPTO_LZ4", value: "y", modules: ["lz4"], reason: "quick compression for zram" },
  ],
  checks: [
    { name: "without a data disk it says so", run: "cat /run/data", expect: "none" },
  ],
});
