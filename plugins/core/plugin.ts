import { definePlugin, type Hook } from "../plugin.ts";
import { kernel } from "./kernel.ts";

const hook = (name: string, stage: Hook["stage"], summary: string, after: string[] = []): Hook => ({
  name,
  stage,
  summary,
  after,
  script: { file: `hooks/${name}.sh` },
});

/** The base `core`: busybox, our own init, and what Tiny Core's users expect of a system. */
export default definePlugin({
  name: "core",
  summary: "The base: busybox, init, network, time, sudo",
  tree: "tree",
  recipes: [
    {
      name: "busybox",
      summary: "The shell, and most of the small programs",
      debian: { packages: ["busybox-static"] },
      source: {
        debian: "busybox",
        files: "source/busybox",
        room: ["gcc", "libc6-dev", "linux-libc-dev", "libcrypt-dev"],
        script: { file: "source/busybox.sh" },
      },
      keep: ["/usr/bin/busybox"],
    },
    {
      name: "sudo",
      summary: "Become root without a password",
      // The one in Rust: the other brings OpenSSL along, 2.5 MB of it compressed.
      debian: { packages: ["sudo-rs"] },
      source: {
        crate: "sudo-rs",
        room: ["cargo", "rustc", "gcc", "libc6-dev", "libpam0g-dev"],
        script: { file: "source/sudo.sh" },
      },
      keep: ["/usr/lib/cargo/bin/sudo"],
      links: { "/usr/bin/sudo": "../lib/cargo/bin/sudo" },
      modes: { "/usr/lib/cargo/bin/sudo": 0o4755 },
      depends: ["pam"],
    },
    {
      name: "pam",
      summary: "Lets sudo ask nobody for a password",
      debian: { packages: ["libpam-modules"] },
      keep: ["/usr/lib/*/security/pam_permit.so"],
    },
    {
      name: "openntpd",
      summary: "The clock, right and kept right",
      debian: { packages: ["openntpd"] },
      source: {
        debian: "openntpd",
        room: ["gcc", "libc6-dev", "autoconf", "automake", "libtool", "bison"],
        script: { file: "source/openntpd.sh" },
      },
      keep: ["/usr/sbin/ntpd"],
    },
    {
      name: "ca-certificates",
      summary: "Whom TLS trusts",
      debian: { packages: ["ca-certificates"] },
      keep: [],
      concat: [{
        path: "/etc/ssl/certs/ca-certificates.crt",
        from: "/usr/share/ca-certificates/mozilla/*.crt",
      }],
    },
  ],
  configs: [{
    // Lines, so that a plugin may add its own users.
    path: "/etc/passwd",
    lines: [
      "root:*:0:0:root:/root:/bin/sh",
      "nobody:*:65534:65534:nobody:/:/bin/false",
      "ntpd:*:100:101:time:/run/openntpd:/bin/false",
      "tc::1001:50:Linux user:/home/tc:/bin/sh",
    ],
  }],
  hooks: [
    hook("setup", "early", "Name and time zone from the bootcodes"),
    hook("bootcodes", "early", "Warn of misspelt bootcodes"),
    hook("devices", "network", "Modules for the devices that are there"),
    hook("network", "network", "An address, by DHCP or ip="),
    hook("tce", "network", "Extensions and files from a disk"),
    hook("time", "services", "The clock, from the hardware and NTP"),
    hook("power", "services", "The power button"),
    hook("bootsync", "late", "The user's own /opt/bootsync.sh"),
  ],
  kernel,
  bootcodes: [
    { name: "base", summary: "load only the extensions of the base, no others" },
    {
      name: "tce",
      value: "DEVICE[/FOLDER]",
      summary: "load the extensions in onboot.lst there, such as tce=sda1",
    },
    { name: "norestore", summary: "leave out the files that filetool.sh kept" },
    { name: "host", value: "NAME", summary: "name of this host" },
    { name: "tz", value: "ZONE", summary: "time zone, as in CET-1CEST,M3.5.0,M10.5.0/3" },
    { name: "noautologin", summary: "ask for a user at the console" },
    {
      name: "ip",
      value: "ADDRESS::GATEWAY:NETMASK:HOST:DEVICE::DNS",
      summary: "static address instead of DHCP",
    },
    { name: "proxy", value: "URL", summary: "proxy for http and https" },
    { name: "noproxy", value: "HOST,…", summary: "what is reached without the proxy" },
    { name: "nodhcp", summary: "leave the network alone" },
    { name: "ntp", value: "SERVER", summary: "time server, or off" },
    { name: "loglevel", value: "0-7", summary: "kernel messages on the console, 3 by default" },
    { name: "quiet", summary: "few kernel messages while booting" },
    { name: "console", value: "TTY", summary: "a console, may be given more than once" },
  ],
  checks: [
    { name: "tc becomes root without a password", run: "sudo id -un", expect: "root" },
    { name: "the root is a tmpfs", run: "grep ' / ' /proc/mounts", expect: "tmpfs" },
    { name: "cgroups are of version 2", run: "cat /sys/fs/cgroup/cgroup.controllers", expect: "memory" },
    { name: "the system knows its name", run: "cat /etc/os-release", expect: "ID=boot2podman" },
  ],
});
