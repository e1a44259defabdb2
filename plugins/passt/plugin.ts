import { definePlugin } from "../plugin.ts";

/** Networks of containers, and of virtual machines in them, that need no right of root. */
export default definePlugin({
  name: "passt",
  summary: "User-mode networks of containers: passt and pasta",
  recipes: [{
    name: "passt",
    summary: "User-mode networks of containers",
    debian: { packages: ["passt"] },
    source: {
      debian: "passt",
      room: ["gcc", "libc6-dev", "linux-libc-dev"],
      script: { file: "source/passt.sh" },
    },
    keep: ["/usr/bin/{passt,pasta}"],
  }],
  kernel: [{ option: "TUN", value: "y", modules: ["tun"], reason: "the network card that pasta makes" }],
  checks: [
    {
      name: "pasta gives a program a network of its own, without a right of root",
      run: "pasta --quiet --config-net -- ip -4 -o addr show scope global",
      expect: "inet 10.0.2.15/24",
    },
  ],
});
