import assert from "node:assert/strict";
import { configText, joinOptions, lostOptions, parseFragment } from "../../tasks/formats/kconfig.ts";

const wanted = (option: string, value = "y", from = "kernel/base.config") => ({
  option,
  value,
  from,
  reason: "a reason",
});

Deno.test("a fragment is options with reasons, and anything else is refused with its line", () => {
  const text =
    '# For tests.\n\nCONFIG_SMP=y  # processors\nCONFIG_NAME="a # b"   # a name\nCONFIG_NR=0x40 # n\n';
  assert.deepEqual(parseFragment(text, "f"), [
    { option: "SMP", value: "y", from: "f", reason: "processors" },
    { option: "NAME", value: '"a # b"', from: "f", reason: "a name" },
    { option: "NR", value: "0x40", from: "f", reason: "n" },
  ]);
  for (
    const line of ["CONFIG_SMP=y", "CONFIG_SMP=m # why", "SMP=y # why", "CONFIG_SMP=y #", "CONFIG_A=y # "]
  ) {
    assert.throws(() => parseFragment(`# x\n${line}`, "f"), { message: /^Line 2 of f is no option/ });
  }
});

Deno.test("options come once each, by name, and two values for one are named with who asks", () => {
  const joined = joinOptions([wanted("B"), wanted("A"), wanted("B", "y", "podman")]);
  assert.deepEqual(joined.map(({ option, from }) => `${option} ${from}`), [
    "A kernel/base.config",
    "B kernel/base.config",
  ]);
  assert.throws(() => joinOptions([wanted("B", "n"), wanted("B", "y", "podman")]), {
    message: /CONFIG_B can have one value.*\n.*base\.config wants n: a reason\n {2}podman wants y: a reason/,
  });
});

Deno.test("kconfig gets no reasons, so that a new one is no cause to build anew", () => {
  const text = configText([wanted("A"), wanted("B", "n"), wanted("C", '"x"')]);
  assert.equal(text, 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x"\n');
});

Deno.test("what kconfig changed is found, with what the option depends on", () => {
  const kconfig = "config A\n\tdepends on NET\nmenuconfig B\n\tdepends on X86\n\tdepends on PCI\nconfig AB\n";
  const config = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=8\n";
  const lost = lostOptions([wanted("A"), wanted("B"), wanted("C", "64"), wanted("D", "n")], config, kconfig);
  assert.deepEqual(lost.map(({ option, became, depends }) => [option, became, depends]), [
    ["B", "n", ["X86", "PCI"]],
    ["C", "8", []],
  ]);
});
