import { Failure } from "./failure.ts";

/** One member of an ar archive. */
export interface ArMember {
  /** Name without the padding and the closing slash. */
  name: string;
  /** Its bytes, a view into the archive. */
  data: Uint8Array;
}

const MAGIC = "!<arch>\n";
const HEADER = 60;

/** Returns the members of an ar archive, the outer format of a .deb (deb(5)); throws {@link Failure} if it is none. */
export function readAr(archive: Uint8Array): ArMember[] {
  const text = new TextDecoder("latin1");
  if (text.decode(archive.subarray(0, 8)) !== MAGIC) {
    throw new Failure("Not an ar archive: the magic is missing.");
  }
  const members: ArMember[] = [];
  for (let at = MAGIC.length; at < archive.length;) {
    const header = text.decode(archive.subarray(at, at + HEADER));
    const size = Number(header.slice(48, 58));
    const start = at + HEADER;
    if (!/^\d+ *$/.test(header.slice(48, 58)) || start + size > archive.length) {
      throw new Failure(`The ar archive is cut short or damaged at byte ${at}.`);
    }
    members.push({
      name: header.slice(0, 16).trim().replace(/\/$/, ""),
      data: archive.subarray(start, start + size),
    });
    at = start + size + size % 2;
  }
  return members;
}
