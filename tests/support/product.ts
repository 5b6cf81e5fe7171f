/** The sign-in that the browser tests' own product makes on its first start. */
export const admin = { email: 'admin@example.com', password: 'a password for browser tests' };
/** Its API key, for setting up what a test needs. */
export const apiKey = 'rollcall-browser-tests-0123456789';
