import { definePlugin } from "../plugin.ts";

/** The programs of the kernel's own developers for modules, which read compressed ones, as busybox's does not. */
export default definePlugin({
  name: "kmod",
  summary: "modprobe and others for compressed kernel modules",
  recipes: [{
    name: "kmod",
    summary: "Kernel modules, compressed ones as well",
    debian: { packages: ["kmod", "liblzma5", "libzstd1"] },
    source: {
      debian: "kmod",
      room: ["gcc", "libc6-dev", "meson", "pkgconf", "liblzma-dev", "libzstd-dev", "zlib1g-dev"],
      script: { file: "source/kmod.sh" },
    },
    keep: ["/usr/bin/kmod"],
    // First in the path of sudo, so that `sudo modprobe` is kmod; the boot, and a shell by itself, go on with busybox's.
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
    {
      name: "modprobe reads compressed modules",
      run: "sudo modprobe --version",
      expect: "+ZSTD +XZ",
    },
    {
      name: "modprobe knows the modules",
      run: "sudo depmod && sudo modprobe loop && sudo modinfo -F name loop",
      expect: "loop",
    },
  ],
});
