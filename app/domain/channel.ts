/** By what a campaign reaches people. Names are fixed by the REST API. */
export const channels = ['email', 'sms'] as const;
export type Channel = (typeof channels)[number];
