import { definePlugin } from "../plugin.ts";

/** The programs of the kernel's own developers for modules, which read compressed ones, as busybox's does not. */
export default definePlugin({
  name: "kmod",
  summary: "modprobe and others for compressed kernel modules",
  recipes: [{
    name: "kmod",
    summary: "Kernel modules, compressed ones as well",
    debian: { packages: ["kmod"] },
    source: {
      debian: "kmod",
      room: ["gcc", "libc6-dev", "meson", "pkgconf", "liblzma-dev", "libzstd-dev", "zlib1g-dev"],
      script: { file: "source/kmod.sh" },
    },
    keep: ["/usr/bin/kmod"],
    // Before busybox's in the path of a login shell; the boot goes on with that.
    links: Object.fromEntries(
      ["depmod", "insmod", "lsmod", "modinfo", "modprobe", "rmmod"].map((name) => [
        `/usr/local/sbin/${name}`,
        "/usr/bin/kmod",
      ]),
    ),
    // Debian's opens them by name.
    dlopens: ["liblzma.so.5", "libzstd.so.1"],
  }],
  hooks: [{
    name: "kmod",
    summary: "Tables of the modules, as kmod reads them",
    stage: "late",
    script: { file: "hooks/kmod.sh" },
  }],
  checks: [
    { name: "modprobe reads compressed modules", run: "modprobe --version", expect: "+ZSTD +XZ" },
    {
      name: "the kernel calls kmod",
      run:
        "for i in 1 2 3 4 5 6 7 8 9; do grep -q local /proc/sys/kernel/modprobe && break; sleep 3; done; cat /proc/sys/kernel/modprobe",
      expect: "/usr/local/sbin/modprobe",
    },
    {
      name: "modprobe knows the modules",
      run: "sudo modprobe -v loop && modinfo -F name loop",
      expect: "loop",
    },
  ],
});
