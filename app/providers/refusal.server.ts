import { cutRefusal, type Meaning, meaningOfSilence } from './classification.ts';
import type { Answered, Unanswered } from './exchange.ts';
import type { Refused } from './provider.ts';
import { redact } from './redaction.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { foreignAnswer, unclearAnswer } from './whose-answer.ts';

/** A refusal by HTTP answer. `providerCode` and `words` are the provider's own; words are redacted here. */
export function refusedBy(
  provider: string,
  answer: Answered,
  meaning: Meaning,
  own: { providerCode: string | null; words: string | null; secrets: readonly string[] },
): Refused {
  // Without its body, nobody knows whether a refusal meant this recipient or more than that, nor whose it was.
  const cut = !answer.complete && (meaning.outcome === 'permanent' || (meaning.outcome === 'account' && !/^\s*\{/.test(answer.body)));
  const { outcome, ...rest } = cut ? cutRefusal(provider) : meaning;
  return {
    outcome,
    ...rest,
    httpStatus: answer.status,
    providerCode: own.providerCode,
    retryAfterS: outcome === 'transient' ? retryAfterSeconds(answer.headers, Date.now()) : null,
    detail: own.words === null ? null : redact(own.words, own.secrets),
  };
}

/** An answer that is not what the provider documents: somebody else's, or the beginning of one. */
export function notItsWord(provider: string, answer: Answered, is: 'foreign' | 'unclear', secrets: readonly string[]): Refused {
  const meaning = is === 'foreign' ? foreignAnswer(provider) : unclearAnswer(provider);
  const type = answer.headers['content-type'];
  return { ...withoutAnswer(meaning, redact(`${type ?? ''} ${answer.body.slice(0, 500)}`, secrets)), httpStatus: answer.status };
}

/** The end of an exchange that brought no answer. */
export function refusedBySilence(provider: string, silence: Unanswered, secrets: readonly string[]): Refused {
  return withoutAnswer(meaningOfSilence(provider, silence), redact(silence.detail, secrets));
}

export function withoutAnswer(meaning: Meaning, detail: string | null): Refused {
  return { ...meaning, httpStatus: null, providerCode: null, retryAfterS: null, detail };
}
