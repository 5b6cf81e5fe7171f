import { Problem } from '../problem.ts';

/** The refusal while a task is copying or emptying a campaign's list. @param then what to do after, as in "Send when that is done." */
export function stillPreparing({ emptying }: { emptying: boolean }, then: string): Problem {
  return new Problem(409, 'preparing', `The recipients are still being ${emptying ? 'removed' : 'copied'}. ${then}`);
}
