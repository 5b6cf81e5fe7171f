import { describe, expect, it } from 'vitest';
import { createStrangerWatch } from '#app/domain/sending/strangers.ts';

describe('an answer of somebody else', () => {
  it('is an outage where the provider has not been heard, at the first time', () => {
    const watch = createStrangerWatch();
    expect(watch.foreign(1, 0, true)).toEqual({ counts: false, hold: true });
    expect(watch.foreign(2, 1, true)).toEqual({ counts: false, hold: true });
  });

  it('is an outage in the middle at the third in a row, and nobody pays for it', () => {
    const watch = createStrangerWatch();
    for (let id = 1; id < 50; id++) watch.own(id, id);
    const verdicts = [100, 101, 102, 103].map((id) => watch.foreign(id, 60, true));
    expect(verdicts.map(({ counts }) => counts)).toEqual([false, false, false, false]);
    expect(verdicts.map(({ hold }) => hold)).toEqual([false, false, true, true]);
  });

  it('is one message’s own trouble where others get through, from its second time on', () => {
    const watch = createStrangerWatch();
    watch.own(1, 0);
    expect(watch.foreign(7, 1, true)).toEqual({ counts: false, hold: false });
    watch.own(2, 2);
    for (let n = 0; n < 4; n++) expect(watch.foreign(7, 20_000 * (n + 1), true)).toEqual({ counts: true, hold: false });
  });

  it('is so for the last of a campaign, too', () => {
    const watch = createStrangerWatch();
    watch.own(1, 0);
    expect(watch.foreign(7, 1, true)).toEqual({ counts: false, hold: false });
    expect(watch.foreign(7, 2, true)).toEqual({ counts: true, hold: false });
  });

  it('that the very first got is an outage until others get through', () => {
    const watch = createStrangerWatch();
    expect(watch.foreign(7, 0, true)).toEqual({ counts: false, hold: true });
    expect(watch.foreign(7, 5_000, true)).toEqual({ counts: false, hold: true });
    watch.own(8, 10_000);
    expect(watch.foreign(7, 10_001, true)).toEqual({ counts: true, hold: false });
  });

  it('to a shared call is one answer, and each of its people goes alone the next time', () => {
    const watch = createStrangerWatch();
    watch.own(1, 0);
    expect([2, 3, 4, 5].map((id) => watch.foreign(id, 1, id === 2))).toEqual(Array(4).fill({ counts: false, hold: false }));
    expect([1, 2, 3, 4, 5].map(watch.met)).toEqual([false, true, true, true, true]);
    watch.own(2, 2);
    expect(watch.met(2)).toBe(false);
  });
});
