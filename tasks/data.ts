import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import type { Context } from "./commands.ts";
import { Failure } from "./formats/failure.ts";
import { openHost } from "./host/open.ts";
import { growDisk } from "./machines/disk.ts";
import { makeDataDisk } from "./machines/ext4.ts";
import { formatSize, parseSize } from "./machines/size.ts";
import { startFolder } from "./machines/volume.ts";
import { hostCommand } from "./options.ts";

/** Returns `deno task data`, which makes disks that a guest keeps its data on, and makes them larger. */
export function dataCommand({ signal }: Context): Command {
  const grow = async (file: string, size: number) => {
    await growDisk(resolve(startFolder(), file), size);
    console.log(`${file} has ${formatSize(size)}; the guest grows the file system at its next boot.`);
  };

  const createCommand = hostCommand("create", "Make a disk for a guest's data; needs no root").argument(
    "<file>",
  )
    .option("--size <size>", "most that it may hold", "20G")
    .option("--ssh-key <file>", "public key that the guest lets in")
    .option("--resize", "make a disk that is there larger instead")
    .action(async (file, options) => {
      const size = parseSize(options.size);
      if (options.resize) return await grow(file, size);
      const keys = options.sshKey ? await publicKeys(resolve(startFolder(), options.sshKey)) : "";
      const host = await openHost({ ...options, signal });
      await makeDataDisk(resolve(startFolder(), file), size, keys, host);
      console.log(`${file}  ${options.size}, takes up what is used of it`);
    });

  const resizeCommand = new Command("resize").description("Make a disk larger; nothing on it is lost")
    .argument("<file>").requiredOption("--size <size>", "new size, such as 40G")
    .action(async (file, { size }) => await grow(file, parseSize(size)));

  const data = new Command("data").description("Make disks that a guest keeps its data on").exitOverride();
  for (const command of [createCommand, resizeCommand] as unknown as Command[]) {
    data.addCommand(command.exitOverride().showSuggestionAfterError());
  }
  return data as unknown as Command;
}

async function publicKeys(path: string): Promise<string> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new Failure(`The key ${path} can't be read.`, "Name the file that ends in .pub.", { cause });
  });
  if (/^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]+=*/m.test(text)) return text;
  throw new Failure(
    /PRIVATE KEY/.test(text) ? `${path} is a private key.` : `${path} holds no public key of ssh.`,
    "Name the file that ends in .pub.",
  );
}
