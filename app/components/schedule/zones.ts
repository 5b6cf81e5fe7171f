import { DAY_MS } from '../times.ts';

/** Finds time zones as people name them: by city, by name ("Pacific Time"), by abbreviation (EST, CET) or by offset (UTC+2). Pure. */

export interface Zone {
  /** IANA. */
  id: string;
  /** "America/New York (UTC−5)" */
  label: string;
}

/** Abbreviations, as a part of the names that Intl knows. One that stands for several is found as all of them: the person chooses. */
const abbreviations: Record<string, string> = {
  et: 'Eastern Standard Time',
  est: 'Eastern Standard Time',
  edt: 'Eastern Standard Time',
  ct: 'Central Standard Time',
  cst: 'Central Standard Time|China Standard Time|Cuba',
  cdt: 'Central Standard Time',
  mt: 'Mountain Standard Time',
  mst: 'Mountain Standard Time',
  mdt: 'Mountain Standard Time',
  pt: 'Pacific Standard Time',
  pst: 'Pacific Standard Time',
  pdt: 'Pacific Standard Time',
  akst: 'Alaska',
  akdt: 'Alaska',
  hst: 'Hawaii',
  ast: 'Atlantic Standard Time',
  adt: 'Atlantic Standard Time',
  nst: 'Newfoundland',
  brt: 'Brasilia',
  art: 'Argentina',
  gmt: 'Greenwich Mean Time',
  zulu: 'Coordinated Universal Time',
  z: 'Coordinated Universal Time',
  bst: 'British Summer Time|Bangladesh',
  wet: 'Western European',
  west: 'Western European',
  cet: 'Central European',
  cest: 'Central European',
  mez: 'Central European',
  mesz: 'Central European',
  eet: 'Eastern European',
  eest: 'Eastern European',
  msk: 'Moscow',
  trt: 'Türkiye|Turkey',
  gst: 'Gulf Standard Time',
  ist: 'India Standard Time|Irish Standard Time|Israel',
  pkt: 'Pakistan',
  wib: 'Western Indonesia',
  ict: 'Indochina',
  sgt: 'Singapore',
  hkt: 'Hong Kong',
  pht: 'Philippine',
  jst: 'Japan',
  kst: 'Korea',
  awst: 'Australian Western',
  acst: 'Australian Central',
  aest: 'Australian Eastern',
  aedt: 'Australian Eastern',
  nzst: 'New Zealand',
  nzdt: 'New Zealand',
  cat: 'Central Africa',
  eat: 'East Africa',
  wat: 'West Africa',
  sast: 'South Africa',
};

/** Places that no zone is named after. */
const places: Record<string, string> = {
  'san francisco, seattle, silicon valley, san diego, las vegas, portland, california': 'America/Los_Angeles',
  'salt lake city, albuquerque': 'America/Denver',
  'dallas, houston, austin, minneapolis, new orleans, nashville, st louis, texas': 'America/Chicago',
  'boston, washington, philadelphia, miami, atlanta, orlando, charlotte, florida': 'America/New_York',
  'montreal, ottawa, quebec': 'America/Toronto',
  calgary: 'America/Edmonton',
  'rio de janeiro, brasilia': 'America/Sao_Paulo',
  'england, scotland, manchester, birmingham, edinburgh, uk, united kingdom, great britain': 'Europe/London',
  'germany, deutschland, munich, münchen, hamburg, frankfurt, cologne, köln, stuttgart, düsseldorf, leipzig': 'Europe/Berlin',
  'switzerland, schweiz, geneva, basel, bern': 'Europe/Zurich',
  'austria, österreich, wien, graz, salzburg': 'Europe/Vienna',
  'france, lyon, marseille, toulouse, nice': 'Europe/Paris',
  'spain, españa, barcelona, valencia, seville': 'Europe/Madrid',
  'italy, italia, milan, milano, roma, naples, turin': 'Europe/Rome',
  'netherlands, rotterdam, the hague': 'Europe/Amsterdam',
  'poland, krakow, gdansk': 'Europe/Warsaw',
  'sweden, gothenburg, malmö': 'Europe/Stockholm',
  'ukraine, kiev, kyiv, lviv, odesa': 'Europe/Kiev',
  'st petersburg': 'Europe/Moscow',
  'israel, tel aviv': 'Asia/Jerusalem',
  'abu dhabi, united arab emirates, uae': 'Asia/Dubai',
  'india, mumbai, bombay, delhi, bangalore, bengaluru, chennai, hyderabad, pune, kolkata, calcutta': 'Asia/Calcutta',
  'vietnam, hanoi, saigon, ho chi minh': 'Asia/Saigon',
  'china, beijing, peking, shenzhen, guangzhou': 'Asia/Shanghai',
  'japan, osaka, kyoto, yokohama': 'Asia/Tokyo',
  'south korea, busan': 'Asia/Seoul',
  'canberra, new south wales': 'Australia/Sydney',
  'new zealand, wellington, christchurch': 'Pacific/Auckland',
  'south africa, cape town, pretoria, durban': 'Africa/Johannesburg',
  'myanmar, yangon': 'Asia/Rangoon',
  'nepal, kathmandu': 'Asia/Katmandu',
  'buenos aires': 'America/Buenos_Aires',
  'cdmx, guadalajara, monterrey': 'America/Mexico_City',
};

/** Browsers name some zones by their old, some by their new names. */
const newNames: Record<string, string> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Europe/Kiev': 'Europe/Kyiv',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
};

const fold = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('_', ' ').replaceAll('−', '-').replaceAll('.', '').trim();

/** "UTC", "UTC+5:30", "UTC−8" in the zone at a moment. @param at ms */
function offsetText(id: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'shortOffset' }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offset.replace('GMT', 'UTC').replace('-', '−');
}

/** "America/New York (UTC−5)", as it is at that moment. @param at ms */
export function zoneLabel(id: string, at: number): string {
  const offset = offsetText(id, at);
  return id === 'UTC' ? 'UTC' : `${id.replaceAll('_', ' ')} (${offset})`;
}

const names = new Map<string, string[]>();

/** A day of winter and one of summer, ms. */
const SEASONS = [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)];

/** "pacific time", "pacific standard time", "pacific daylight time": what a zone is called in English. */
function namesOf(id: string): string[] {
  let known = names.get(id);
  if (!known) {
    const name = (timeZoneName: 'long' | 'longGeneric', at: number) =>
      new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName }).formatToParts(at).find(({ type }) => type === 'timeZoneName')
        ?.value ?? '';
    const all = [name('longGeneric', 0), ...SEASONS.map((at) => name('long', at))].map(fold);
    known = [...new Set([...all, ...all.map((one) => one.replace(' standard', ''))])];
    names.set(id, known);
  }
  return known;
}

/** The zones that large parts of the world mean come first among equals. */
const likely = [
  ...['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'Europe/London', 'Europe/Berlin', 'Europe/Paris'],
  ...['Asia/Calcutta', 'Asia/Kolkata', 'Asia/Shanghai', 'Asia/Tokyo', 'Australia/Sydney'],
];

/** Which of the zones a search means, the likeliest first. An empty search means all. */
export function findZones(zones: readonly Zone[], search: string): Zone[] {
  const wanted = fold(search);
  if (wanted === '') return [...zones];
  const found = zonesOf(zones, wanted);
  if (found.length > 0) return found;
  // "New York time", "Pacific Standard Time (PST)", "EST5EDT"
  const plain = wanted
    .replace(/\(.*?\)/g, '')
    .replace(/\s+(?:local\s+)?time(?:\s*zone)?$/, '')
    .replace(/^([a-z]{3})\d[a-z]{3}$/, '$1')
    .trim();
  return plain === '' || plain === wanted ? [] : zonesOf(zones, plain);
}

function zonesOf(zones: readonly Zone[], wanted: string): Zone[] {
  const meant = abbreviations[wanted]?.split('|').map(fold) ?? [];
  const byPlace = new Set(
    Object.entries(places).flatMap(([names, id]) =>
      fold(names)
        .split(', ')
        .some((name) => name.startsWith(wanted))
        ? [id, newNames[id]]
        : [],
    ),
  );
  const offset = /^(?:utc|gmt)?\s*([+-])\s*0?(\d{1,2})(?::?([0-5]\d))?$/.exec(wanted);
  const asOffset = offset && `(utc${offset[1]}${offset[2]}${offset[3] && offset[3] !== '00' ? `:${offset[3]}` : ''})`;
  const rank = (zone: Zone): number => {
    const name = fold(zone.id);
    const city = name.split('/').at(-1) ?? name;
    if (name === wanted || city === wanted) return 0;
    if (meant.some((one) => namesOf(zone.id).some((known) => known.startsWith(one)))) return 1;
    if (byPlace.has(zone.id)) return 2;
    if (asOffset) return fold(zone.label).endsWith(asOffset) ? 3 : 9;
    if (city.startsWith(wanted)) return 3;
    if (namesOf(zone.id).some((known) => known.startsWith(wanted))) return 4;
    if (name.includes(wanted) || name.replaceAll('/', ' ').includes(wanted) || fold(zone.label).includes(wanted)) return 5;
    if (wanted.length > 3 && namesOf(zone.id).some((known) => known.includes(wanted))) return 6;
    return 9;
  };
  return zones
    .map((zone, index) => ({ zone, place: rank(zone) * 1_000 + (likely.includes(zone.id) ? 0 : 500) + index / 1_000 }))
    .filter(({ place }) => place < 9_000)
    .sort((a, b) => a.place - b.place)
    .map(({ zone }) => zone);
}

/** What became of a time whose zone was changed: "6 h earlier than before", "the same moment as before". Both in ms. */
export function movedText(before: number, after: number): string {
  const minutes = Math.round((after - before) / 60_000);
  if (minutes === 0) return 'the same moment as before';
  const size = Math.abs(minutes);
  const [days, hours, rest] = [Math.floor(size / (DAY_MS / 60_000)), Math.floor((size % 1_440) / 60), size % 60];
  const length = [days && `${days} d`, hours && `${hours} h`, rest && `${rest} min`].filter(Boolean).join(' ');
  return `${length} ${minutes < 0 ? 'earlier' : 'later'} than before`;
}
