import type { Channel } from '../channel.ts';
import { headerKey, isAddressHeader, looksLikeAddress, mayHeadAddresses } from './address-column.ts';
import { usualWidth } from './csv-sample.ts';

export interface FoundHeader {
  /** Index of the row with the column names; null where there is none. */
  header: number | null;
  /** Index of the first row that is a contact. */
  first: number;
  /** False where the header could as well be a contact with an address that is none. */
  sure: boolean;
}

const LOOKED_AT = 30;

const commonHeaders = new Set(
  (
    'name, firstname, lastname, fullname, surname, givenname, familyname, salutation, title, company, organisation, organization, city, country, zip, postcode, street, ' +
    'state, status, id, customerid, date, birthday, gender, language, plan, notes, tags, vorname, nachname, anrede, firma, stadt, ort, plz, strasse, land, kundennummer, ' +
    'prenom, nom, societe, ville, pays, nombre, apellido, apellidos, empresa, ciudad, pais, cognome, azienda, citta, nome, cidade, voornaam, achternaam, bedrijf, ' +
    'fornamn, efternamn, imie, nazwisko, имя, фамилия, город, 名前, 氏名, 会社, 姓名, 姓, 名'
  ).split(', '),
);
const placeholder = /^(?:|-+|\?+|n\.?\/?a\.?|#n\/?a|none|null|nil|nan|unknown|missing|tbd|k\.?\s?a\.?|unbekannt|leer|empty)$/i;

/**
 * Where a table begins: exports have titles and notes above their header, or no header at all. A header is a row that names the column of
 * the addresses; else the row above the first address, unless it looks like a contact itself, whose address has a slip or is missing.
 *
 * @param rows the first rows of a file, empty lines left out
 */
export function findHeader(rows: readonly string[][], channel: Channel): FoundHeader {
  const width = usualWidth(rows);
  const addresses = rows.map((row) => row.findIndex((cell) => looksLikeAddress(cell, channel)));
  const first = addresses.findIndex((column) => column !== -1);
  const named = rows.slice(0, LOOKED_AT).findIndex((row, index) => {
    if (addresses[index] !== -1 || row.length < Math.min(width, 2)) return false;
    const column = row.findIndex((cell) => isAddressHeader(cell, channel));
    // Addresses above it, in another column, belong to a note ("Contact: ana@example.com"); in the same one they are contacts.
    return (
      column !== -1 &&
      (first === -1 ||
        index < first ||
        addresses.slice(0, index).every((found, above) => found === -1 || found !== column || isNote(rows[above])))
    );
  });
  if (named !== -1) return { header: named, first: named + 1, sure: true };
  if (first === -1) {
    const top = Math.max(
      0,
      rows.findIndex((row) => row.length >= Math.min(width, 2)),
    );
    return { header: rows.length > 0 ? top : null, first: top + 1, sure: true };
  }
  const column = addresses[first] as number;
  for (let index = first - 1; index >= 0; index--) {
    const row = rows[index] as string[];
    if (width > 1 && row.filter((cell) => cell.trim() !== '').length < 2 && row.length < width)
      return { header: null, first: index + 1, sure: true };
    if (isContact(row, column, channel)) continue;
    const sure = mayHeadAddresses(row[column] ?? '', channel) || row.some((cell) => commonHeaders.has(headerKey(cell)));
    return { header: index, first: index + 1, sure };
  }
  return { header: null, first: 0, sure: true };
}

/** A contact whose address is none: with a slip in it, lost in a spreadsheet, or missing. */
function isContact(row: readonly string[], column: number, channel: Channel): boolean {
  const cell = (row[column] ?? '').trim();
  if (placeholder.test(cell)) return !row.some((other) => commonHeaders.has(headerKey(other)));
  if (channel === 'sms' && /^\d+$/.test(cell)) return true;
  if (channel === 'sms') return cell.replace(/\D/g, '').length >= 5 || /^[+-]?\d+(?:[.,]\d+)?e\+?\d+$/i.test(cell);
  if (cell.includes('@')) return true;
  return !mayHeadAddresses(cell, channel) && /^\S+\.[a-z]{2,4}$/i.test(cell);
}

/** "Contact:", ana@example.com */
function isNote(row: readonly string[] = []): boolean {
  return row.some((cell) => /:\s*$/.test(cell));
}
