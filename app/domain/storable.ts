/** What is wrong with a text that PostgreSQL cannot keep as it is; null for any other. */
export function unstorable(text: string): string | null {
  if (text.includes('\0')) return 'There is a character that cannot be stored (NUL).';
  return text.isWellFormed() ? null : 'There is half of a character that cannot be stored (a surrogate without its other half).';
}

/** Marks that write what follows them backwards: with them "gpj.csv" reads "vsc.jpg". Names have no use for them. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;

/** A name that people read in lists and sentences, as it is kept. */
export function plainName(name: string): string {
  return name.replace(turning, '');
}
