import { definePlugin } from "../plugin.ts";

/** Opens an encrypted data disk with a key that is asked for on the console. */
export default definePlugin({
  name: "luks",
  summary: "An encrypted data disk",
  requires: ["persist"],
  tree: "tree",
  recipes: [{
    name: "cryptsetup",
    summary: "Encrypted disks (LUKS)",
    debian: { packages: ["cryptsetup-bin"] },
    source: {
      debian: "cryptsetup",
      room: [
        ...["gcc", "libc6-dev", "meson", "pkgconf"],
        ...["libblkid-dev", "libdevmapper-dev", "libjson-c-dev", "libpopt-dev", "libssl-dev", "uuid-dev"],
      ],
      script: { file: "source/cryptsetup.sh" },
    },
    keep: ["/usr/sbin/cryptsetup"],
  }],
  kernel: [
    { option: "BLK_DEV_DM", value: "y", modules: ["dm_mod"], reason: "the opened disk is a mapped one" },
    { option: "DM_CRYPT", value: "y", modules: ["dm_crypt"], reason: "encryption of disks" },
    { option: "CRYPTO_XTS", value: "y", modules: ["xts"], reason: "the mode that LUKS uses" },
    { option: "CRYPTO_AES_NI_INTEL", value: "y", modules: ["aesni_intel"], reason: "AES by the processor" },
    {
      option: "CRYPTO_USER_API_SKCIPHER",
      value: "y",
      modules: ["algif_skcipher"],
      reason: "cryptsetup opens key slots with the kernel's ciphers",
    },
  ],
  checks: [{ name: "cryptsetup runs", run: "sudo cryptsetup --version", expect: "cryptsetup 2" }],
});
