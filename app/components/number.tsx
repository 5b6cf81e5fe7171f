import { useMemo } from 'react';
import { useReader } from './reader-context.tsx';

/** Writes numbers as the reader does. */
export function useNumbers() {
  const { locale } = useReader();
  return useMemo(() => numberWords(locale), [locale]);
}

/** How numbers are written in a locale. `percent` takes a share, 0 to 1; it never rounds up to 100 % what is not whole. */
export function numberWords(locale: string) {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const parts = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const wholeShare = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  return {
    count: (value: number) => whole.format(value),
    /** What may be less than one: 0.5 messages a second. */
    rate: (value: number) => parts.format(value),
    percent: (value: number) => (value === 0 || value === 1 ? wholeShare.format(value) : share.format(Math.min(value, 0.999))),
    /** "1 person", "4,576 people" */
    counted: (value: number, one: string, many: string) => `${whole.format(value)} ${value === 1 ? one : many}`,
  };
}

/** A count in the reader's digits and separators, tabular so that it does not move while it ticks. */
export function Count({ value }: { value: number }) {
  const { count } = useNumbers();
  return (
    <span className="numeric" translate="no" suppressHydrationWarning>
      {count(value)}
    </span>
  );
}

/** A share, 0 to 1. */
export function Percent({ value }: { value: number }) {
  const { percent } = useNumbers();
  return (
    <span className="numeric" translate="no" suppressHydrationWarning>
      {percent(value)}
    </span>
  );
}
