/** Of better-auth's settings (sessions.server.ts), and of every form. */
export const PASSWORD_LENGTH = { least: 10, most: 256 };

/** What a form says of it before it is tried. */
export const PASSWORD_ADVICE = `At least ${PASSWORD_LENGTH.least} characters. Three or four words that nobody would put together are good.`;
