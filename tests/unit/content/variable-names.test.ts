import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { describe, expect, test } from 'vitest';
import { keyToVariableName, toVariableName, VariableNames } from '#app/domain/content/variable-names.ts';

describe('variable names', () => {
  test.each([
    ['First name', 'first_name'],
    ['FirstName', 'first_name'],
    ['first-name', 'first_name'],
    [' ZIPCode ', 'zip_code'],
    ['E-Mail', 'e_mail'],
    ['Prénom', 'prenom'],
    ['Straße', 'strasse'],
    ['Имя клиента', 'имя_клиента'],
    ['名前', '名前'],
    ['2nd name', 'column_2nd_name'],
    ['Empty', 'column_empty'],
    ['__proto__', 'proto'],
    ['  ***  ', ''],
  ])('%j is called %j', (header, name) => {
    expect(toVariableName(header)).toBe(name);
  });

  test('keys of programs stay as they are where a template can use them', () => {
    expect(['firstName', 'first name', 'a.b', 'nil', '__proto__'].map(keyToVariableName)).toEqual([
      'firstName',
      'first_name',
      'a_b',
      'column_nil',
      'proto',
    ]);
  });

  test('no two columns of a file share a name, and none takes the address', () => {
    const names = new VariableNames();
    const headers = ['City', 'City', 'City 2', '', 'Address', 'city', ''];
    expect(headers.map((header, index) => names.give(toVariableName(header), index + 1))).toEqual([
      'city',
      'city_2',
      'city_2_2',
      'column_4',
      'address_2',
      'city_3',
      'column_7',
    ]);
  });

  test('whatever the header, a template can name the column', () => {
    const liquid = new Liquid({ strictVariables: true, ownPropertyOnly: true });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (header) => {
        const name = new VariableNames().give(toVariableName(header), 1);
        expect(liquid.parseAndRenderSync(`{{ ${name} }}`, { [name]: 'value' })).toBe('value');
        expect(toVariableName(name)).toBe(name);
      }),
    );
  });
});
