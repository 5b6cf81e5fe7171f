/** One message to one person, rendered and ready. Ids travel to the provider so that its events can be matched; no personal data does. */
export interface OutgoingMessage {
  campaignId: number;
  recipientId: number;
  round: number;
  attemptId: number;
  to: string;
  from: string;
  /** Email only. */
  subject?: string;
  /** Email only; at least one of html and text. */
  html?: string;
  text?: string;
  /** Email only; names outside `allowedHeaders` of app/providers/sendgrid-mail.server.ts are left out. */
  headers?: Record<string, string>;
  /** Email only: its links and its opening are not to be counted by the provider, whatever the account's settings say. */
  untracked?: true;
  /** What of html and text is this person's own, between what others get as well. */
  own?: BodyParts;
}

/** html and text in parts, shared ones or one person's own; woven together (shared, own, shared, own, shared) they are the whole. */
export interface BodyParts {
  html?: readonly string[];
  text?: readonly string[];
}

/** Left out of a call that several were to share. alone: what it needs cannot be said in a shared call. */
interface NotSent {
  outcome: 'not_sent';
  alone: boolean;
}

/** What a provider made of one message. A closed set: adapters turn every answer and every error into one of these and never throw. */
export type SendResult = Accepted | Refused;

interface Accepted {
  outcome: 'accepted';
  /** null: found in the provider's list, without a call of ours. */
  httpStatus: number | null;
  providerMessageId: string | null;
}

export interface Refused {
  /**
   * transient: try again later. permanent: this recipient will not work. account: nobody will work until someone acts.
   * unknown: the request was written, the answer never came; the message may exist.
   */
  outcome: 'transient' | 'permanent' | 'account' | 'unknown';
  /** A code of app/domain/failures.ts. */
  failureCode: string;
  httpStatus: number | null;
  /** The provider's own code ("21211"), for support. */
  providerCode: string | null;
  /** A sentence a marketer understands, with what to do next; no codes, keys or addresses in it. */
  reason: string;
  /** Seconds until the provider may be asked again, where it said so; at most 900. */
  retryAfterS: number | null;
  /** The provider's or the network's own words for logs and support, without keys, addresses and numbers. */
  detail?: string | null;
  /** The message may exist although the provider answered with an error: look for it before sending again. */
  lookUpFirst?: boolean;
  /** Somebody should be told even though a retry may pass. */
  alert?: boolean;
  /** It was not the provider that answered but somebody on the way: a proxy, a firewall, the sign-in page of a network. */
  foreign?: boolean;
}

export interface Provider {
  readonly name: 'SendGrid' | 'Twilio';
  /** Ends within the deadline given at construction, or at `signal`, whichever is earlier. */
  send(message: OutgoingMessage, signal?: AbortSignal): Promise<SendResult>;
  /**
   * One call for several messages of one campaign that have the same sender and the same shared parts; each has `own`. Messages that are
   * not part of the call, or that the provider did not even look at because of another, come back as not sent. Ends as `send` does.
   *
   * @returns in the order of `messages`
   */
  sendTogether?(messages: readonly OutgoingMessage[], shared: BodyParts, signal?: AbortSignal): Promise<(SendResult | NotSent)[]>;
  /**
   * Looks for a message that may have been taken: same recipient, sender and text, created at `sinceMs` (ms since 1970) or later.
   * Providers without a list of messages have no such method.
   *
   * @returns the ids of all that could be it, none too where we may not look; null where the provider did not answer
   */
  find?(message: Pick<OutgoingMessage, 'to' | 'from' | 'text'>, sinceMs: number, signal?: AbortSignal): Promise<string[] | null>;
  close(): Promise<void>;
}
