/** ISO 3166 code and calling code: `['DE', '49']`. */
export type Country = [code: string, calling: string];

/** By name in the reader's language: "Germany (+49)". */
export function countryOptions(countries: Country[], locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([locale], { type: 'region' });
  return countries
    .map(([code, calling]) => ({ value: code, label: `${names.of(code) ?? code} (+${calling})` }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}
