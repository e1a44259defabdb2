/** Returns a negative number, zero or a positive one, as `a` is older than `b`, the same or newer (Debian policy 5.6.12). */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)];
  return one.epoch - other.epoch || compareParts(one.upstream, other.upstream) ||
    compareParts(one.revision, other.revision);
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

/** Compares stretches without digits and stretches of digits in turn. */
function compareParts(a: string, b: string): number {
  const parts = (text: string) =>
    [...text.matchAll(/(\D*)(\d*)/g)].map(([, letters, digits]) => ({ letters, digits }));
  const left = parts(a), right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i] ?? { letters: "", digits: "" }, y = right[i] ?? { letters: "", digits: "" };
    const order = compareLetters(x.letters, y.letters) || compareDigits(x.digits, y.digits);
    if (order) return order;
  }
  return 0;
}

function compareLetters(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weight(a[i]) - weight(b[i]);
    if (order) return order;
  }
  return 0;
}

/** A tilde sorts before the end, the end before letters, letters before all else. */
function weight(letter: string | undefined): number {
  if (letter === undefined) return 0;
  if (letter === "~") return -1;
  return /[A-Za-z]/.test(letter) ? letter.charCodeAt(0) : letter.charCodeAt(0) + 256;
}

function compareDigits(a: string, b: string): number {
  const x = BigInt(a || "0"), y = BigInt(b || "0");
  return x < y ? -1 : x > y ? 1 : 0;
}
