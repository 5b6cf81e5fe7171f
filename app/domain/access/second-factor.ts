/** How somebody stands with their second factor. Times are ISO 8601 in UTC. */
export interface SecondFactorState {
  /** Null where there is none. */
  set_up_at: string | null;
  codes_left: number;
  /** The account's role asks for it. */
  required: boolean;
  /** The account has a password: without one there is no second step after it. */
  has_password: boolean;
  /** Does beginning need the password once more? Not within some minutes of a sign-in. */
  asks_password: boolean;
  /** What an app needs while one is being set up. */
  begun: { secret: string; uri: string; qr: { path: string; size: number } } | null;
}

/** What was typed into the second step: a code of the app, a recovery code, or neither. */
export type TypedCode = { kind: 'code' | 'recovery'; code: string };

// As readable-password.server.ts makes them.
const RECOVERY = /^[abcdefghjkmnpqrstuvwxyz23456789]{15}$/;

/** People type spaces and dashes as the app shows them, phones add others, and some keyboards have wide digits. */
export function readCode(text: string): TypedCode | null {
  const plain = text
    .slice(0, 200)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Dash_Punctuation}\p{Cf}.]/gu, '');
  if (/^\d{6}$/.test(plain)) return { kind: 'code', code: plain };
  return RECOVERY.test(plain) ? { kind: 'recovery', code: plain } : null;
}

/** "abcde-fghjk-mnpqr" */
export const groupedCode = (code: string): string => code.replace(/.{5}(?=.)/g, '$&-');

/** "ABCD EFGH …", to be typed into an app. */
export const groupedSecret = (secret: string): string => secret.replace(/.{4}(?=.)/g, '$& ');
