/** One HTTP request and what became of it. Never an exception: who asks must decide what each end means for the message. */
export type Exchange = Answered | Unanswered;

export interface Answered {
  kind: 'answered';
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** False when the body was cut off, too large, or still dribbling at the deadline. */
  complete: boolean;
}

export interface Unanswered {
  /** not_written: no byte of the request left, so it is safe to send again. no_answer: it may have arrived. */
  kind: 'not_written' | 'no_answer';
  cause: 'deadline' | 'network' | 'stopped' | 'invalid';
  /** For logs, not yet redacted. */
  detail: string;
}

export interface OutgoingRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}
