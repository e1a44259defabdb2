import { Failure } from "../formats/failure.ts";

const UNITS: Record<string, number> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Smallest and largest disk, in bytes: one that podman can use, and the most that ext4 with its defaults takes. */
const [LEAST, MOST] = [256 * UNITS.M, 16 * UNITS.T];

/** Reads the size of a disk, such as `20G` (GiB), and returns bytes; throws {@link Failure} for anything else. */
export function parseSize(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([MGT])i?B?$/i.exec(text) ?? [];
  const bytes = Number(digits) * UNITS[unit?.toUpperCase()];
  if (bytes >= LEAST && bytes <= MOST) return bytes;
  throw new Failure(
    `"${text}" is not the size of a disk.`,
    "Write a whole number with M, G or T behind it, from 256M to 16T, such as 20G.",
  );
}

/** Returns a number of bytes as a person would say it, such as `20G`; what is not whole has one decimal. */
export function formatSize(bytes: number): string {
  const unit = Object.keys(UNITS).findLast((name) => bytes >= UNITS[name]) ?? "M";
  return `${Number((bytes / UNITS[unit]).toFixed(1))}${unit}`;
}
