/** What a person may decide of a recipient whose outcome is unknown: it arrived, it did not, or send it again. */
export const resolutions = ['sent', 'failed', 'resend'] as const;
export type Resolution = (typeof resolutions)[number];
