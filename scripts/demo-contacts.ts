const FIRST_NAMES = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Esra',
  'Femi',
  'Greta',
  'Hiroshi',
  'Inês',
  'Jonas',
  'Kamala',
  'Lúcia',
  'Mehmet',
  'Nia',
  'Óscar',
  'Priya',
];
const LAST_NAMES = ['Abbot', 'Baker', 'Carver', 'Draper', 'Fletcher', 'Glover', 'Hooper', 'Mason', 'Porter', 'Sadler', 'Turner', 'Weaver'];
const CITIES = ['Aarhus', 'Bologna', 'Coimbra', 'Dundee', 'Ghent', 'Malmö', 'Poznań', 'Tampere'];

/** Made-up people at a reserved domain. A few carry a script for the sandbox in their address, so that every kind of ending is seen. */
export function demoContacts(count: number): { address: string; first_name: string; city: string }[] {
  const pick = <T>(list: T[], n: number): T => list[n % list.length] as T;
  return Array.from({ length: count }, (_, n) => {
    const first = pick(FIRST_NAMES, n);
    const last = pick(LAST_NAMES, n * 7);
    const script = n % 60 === 17 ? '+invalid' : n % 100 === 42 ? '+500' : '';
    const local = `${first}.${last}${n}`
      .normalize('NFD')
      .replaceAll(/[^A-Za-z0-9.]/g, '')
      .toLowerCase();
    return { address: `${local}${script}@example.com`, first_name: first, city: pick(CITIES, n * 3) };
  });
}
