/** Keys of a US keyboard that bear two characters, or one that isn't its own name: character to QEMU's key name. */
const PLAIN: Record<string, string> = {
  " ": "spc",
  "\n": "ret",
  "\t": "tab",
  "\b": "backspace",
  "\x1b": "esc",
  "-": "minus",
  "=": "equal",
  "[": "bracket_left",
  "]": "bracket_right",
  "\\": "backslash",
  ";": "semicolon",
  "'": "apostrophe",
  "`": "grave_accent",
  ",": "comma",
  ".": "dot",
  "/": "slash",
};

const UNSHIFTED = "`1234567890-=[]\\;',./";
const SHIFTED = '~!@#$%^&*()_+{}|:"<>?';

/** Returns the keys to press at once for a character, as QEMU names them, or undefined if no US keyboard has it. */
export function keysFor(character: string): string[] | undefined {
  if (/^[a-z0-9]$/.test(character)) return [character];
  if (/^[A-Z]$/.test(character)) return ["shift", character.toLowerCase()];
  if (character in PLAIN) return [PLAIN[character]];
  const index = SHIFTED.indexOf(character);
  return index < 0 ? undefined : ["shift", ...keysFor(UNSHIFTED[index])!];
}
