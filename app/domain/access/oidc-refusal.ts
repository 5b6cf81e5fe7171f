/** Why nobody was signed in by the provider, with what the sign-in page says of it; "PROVIDER" stands for the label of the button. */
export const oidcRefusals = {
  cancelled: {
    title: 'The sign-in was not finished',
    words: 'It was cancelled at PROVIDER. Nothing has changed.',
    audit: 'The provider was not willing, or the person cancelled.',
  },
  expired: {
    title: 'Sign in once more',
    words: 'It was begun in another browser, before another one in this browser, or more than ten minutes ago, or it was used already.',
    audit: 'The answer of the provider belongs to no sign-in that this browser began.',
  },
  many: {
    title: 'Too many tries',
    words: 'Too many sign-ins from your address came to nothing. Try again in ten minutes.',
    audit: 'There were too many answers of the provider that came to nothing.',
  },
  unavailable: {
    title: 'PROVIDER does not answer',
    words: 'Try again in a minute. If that does not help, tell whoever runs this Rollcall.',
    audit: 'The provider did not answer.',
  },
  refused: {
    title: 'The answer of PROVIDER was not accepted',
    words: 'It is not what this Rollcall asked for. Try again, and if that fails as well, tell whoever runs it: its log says why.',
    audit: 'The answer of the provider did not hold.',
  },
  no_email: {
    title: 'PROVIDER did not tell your email address',
    words: 'Rollcall needs it to know you. Whoever looks after PROVIDER can let it be told.',
    audit: 'The provider told no email address.',
  },
  unverified: {
    title: 'Your email address is not confirmed',
    words: 'PROVIDER does not say that it is yours. Confirm it there, then sign in again.',
    audit: 'The email address is not confirmed at the provider.',
  },
  no_role: {
    title: 'You have no role here',
    words: 'PROVIDER knows you, but gives you no role in this Rollcall. Ask whoever looks after it.',
    audit: 'The provider gives them no role.',
  },
  disabled: {
    title: 'Your account is disabled',
    words: 'An administrator of this Rollcall can enable it.',
    audit: 'The account is disabled.',
  },
  taken: {
    title: 'Your email address belongs to another account',
    words:
      'Somebody else at PROVIDER signs in with it here. An administrator of this Rollcall can delete that account if it is no longer needed.',
    audit: 'The address belongs to an account of somebody else at the provider.',
  },
} as const;
export type OidcRefusalCode = keyof typeof oidcRefusals;

export const isOidcRefusal = (code: string | null): code is OidcRefusalCode => code !== null && Object.hasOwn(oidcRefusals, code);

/** Thrown by what signs in through the provider; told from other errors by `isRefusalOfOidc`. */
export class OidcRefusal extends Error {
  override name = 'OidcRefusal';
  readonly code: OidcRefusalCode;
  constructor(code: OidcRefusalCode, cause?: unknown) {
    super(oidcRefusals[code].audit, { cause });
    this.code = code;
  }
}

/** By name and not by class: the server and the routes' bundle each have a class of their own. */
export function isRefusalOfOidc(error: unknown): error is OidcRefusal {
  return error instanceof Error && error.name === 'OidcRefusal' && 'code' in error;
}
