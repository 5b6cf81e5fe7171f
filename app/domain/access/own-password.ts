/** Of better-auth's settings (sessions.server.ts), and of every form. */
export const PASSWORD_LENGTH = { least: 10, most: 256 };

/** What a form says of it before it is tried. */
export const PASSWORD_ADVICE = `At least ${PASSWORD_LENGTH.least} characters. Three or four words that nobody would put together are good.`;

/** Why this cannot be somebody's password, in a sentence; null where it can. */
export function passwordProblem(password: string, owner: { email: string; name: string }): string | null {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least) return `The password is too short; the least is ${least} characters.`;
  if (password.length > most) return `The password is too long; the most is ${most} characters.`;
  const plain = password.toLowerCase();
  if (new Set(plain).size < 4) return 'This password repeats itself too much. Choose one with more different characters.';
  const known = [owner.email, owner.email.split('@')[0], owner.name, `${owner.name}${owner.name}`].map((one) => one?.toLowerCase());
  if (known.includes(plain)) return 'This password is the name or the email address. Choose something that others do not know.';
  return null;
}
