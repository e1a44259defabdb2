import type { Package } from "./formats/package.ts";
import type { Plan } from "./stages/plan.ts";

/** Returns the plan as tables for people to read. */
export function planTable(plan: Plan): string {
  const origin = ({ packages, build }: Plan["extensions"][number]) =>
    build
      ? `the source of ${build.recipe} ${build.version}, in a room of ${build.room.length} packages`
      : versions(packages);
  const rows = [
    ...plan.extensions.map((
      item,
    ) => [`${item.name}.tcz`, item.plugin, megabytes(item.build?.room ?? item.packages), origin(item)]),
    ["libs.tcz", "core", megabytes(plan.libraries), `what is needed of ${plan.libraries.length} packages`],
    ["modules.tcz, kernel", "core", ...kernelCells(plan)],
    ["base", "core", megabytes(plan.base.build?.room ?? plan.base.packages), origin(plan.base)],
    ...(plan.signature ? [["signature", "core", "", `the key of ${plan.signature.subject}`]] : []),
    ["boot loaders", "core", megabytes(plan.loaders), versions(plan.loaders)],
  ];
  return [
    `${plan.name}.iso: boot2podman ${plan.version} for ${plan.architecture}, from Debian ${plan.suite}`,
    ...plan.releases.map(({ suite, date }) => `  ${suite} as of ${date}`),
    section("Plugins", plan.plugins.map(({ name, origin, summary }) => [name, origin, summary])),
    section("Extensions (plugin, MB to download, from)", rows),
    section("Configs", plan.configs.map(({ path, plugins }) => [path, plugins.join(", ")])),
    section(
      "Hooks, in order",
      plan.hooks.map(({ stage, name, plugin, summary }) => [stage, name, plugin, summary]),
    ),
    section(
      "Kernel options",
      plan.kernel.linux?.options.map(({ option, value, from, reason }) => [option, value, from, reason]) ??
        plan.kernel.options.map(({ option, value, plugin, reason }) => [option, value, plugin, reason]),
    ),
    ...(plan.append.length ? [section("Bootcodes", plan.append.map((word) => [word]))] : []),
  ].join("\n");
}

function kernelCells({ kernel }: Plan): string[] {
  const { linux, package: item } = kernel;
  return linux
    ? [
      megabytes([linux.source, ...linux.room]),
      `${versions([item])}, in a room of ${linux.room.length} packages`,
    ]
    : [megabytes([item]), versions([item])];
}

function megabytes(packages: Package[]): string {
  return (packages.reduce((sum, { size }) => sum + size, 0) / 1e6).toFixed(1);
}

function versions(packages: Package[]): string {
  return packages.map(({ name, version }) => `${name} ${version}`).join(", ");
}

function section(title: string, rows: string[][]): string {
  const widths = rows[0]?.map((_, i) => Math.min(36, Math.max(...rows.map((row) => row[i].length)))) ?? [];
  const lines = rows.map((row) => "  " + row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
  return `\n${title}\n${lines.join("\n")}`;
}
