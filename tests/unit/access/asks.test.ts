import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/**
 * Whatever pages, calls and live connections reach in the domain asks whether whoever came may (ask.server.ts). Found from the code: what
 * they import. What asks nothing is named here, with why.
 */
const asksNothing: Record<string, string> = {
  // Who it is, before anything can be asked.
  currentViewer: 'tells who it is',
  audit: 'writes down what was done',
  through: 'the door itself',
  // Limits of keys.
  assertReaches: 'a check itself',
  beyondLimit: 'words',
  channelWithin: 'a check itself',
  isLimited: 'a question',
  // Everybody's own, and what strangers are there for.
  changeOwnPassword: 'one’s own',
  hasPassword: 'one’s own',
  endOtherSessions: 'one’s own',
  endOwnSession: 'one’s own',
  listSessions: 'one’s own',
  sessionOf: 'one’s own',
  findLink: 'whoever has the link',
  useLink: 'whoever has the link',
  linkUrl: 'words',
  requestReset: 'whoever forgot a password',
  findSubscription: 'whoever has the link of a message',
  unsubscribe: 'whoever has the link of a message',
  eventIntake: 'providers, by signature',
  recordMessage: 'providers, by signature',
  listAdministrators: 'whom to ask, for everybody who is signed in',
  unfinishedViewer: 'tells who it is',
  hasSecondFactor: 'one’s own',
  secondFactorState: 'one’s own',
  needsFirstAdministrator: 'whoever comes before there is anybody',
  isSetupToken: 'whoever has the link of the start',
  isLinkToken: 'the shape of a text',
  makeFirstAdministrator: 'whoever has the link of the start',
  // What is about nobody.
  listSecondFactorRoles: 'names of roles',
  assertPasswords: 'of the configuration',
  environmentKeys: 'of the configuration',
  providerNames: 'words',
  countries: 'a list of countries',
  canMail: 'of the configuration',
  connection: 'of the configuration',
  invitationMail: 'words',
  resetMail: 'words',
  mailLink: 'mails what an act that asks has made',
  problemOfChange: 'words',
  unavailable: 'words',
  readSessionLimits: 'two numbers',
  readWithheld: 'what roles may',
  // Told to rooms, which only those join who may.
  getNotification: 'by Rollcall itself, for rooms',
};

const files = globSync(['app/routes/**/*.{ts,tsx}', 'app/api/operations/*.ts', 'app/realtime/socket-server.server.ts']);
const parsed = new Map<string, ts.SourceFile>();
const parse = (file: string) => {
  const known = parsed.get(file) ?? ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  parsed.set(file, known);
  return known;
};

/** What a file takes from the domain's server side and may call: names with the file that they are from. */
function taken(file: string): { name: string; from: string }[] {
  return parse(file).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) return [];
    const path = (statement.moduleSpecifier as ts.StringLiteral).text;
    const from = path.startsWith('#app/') ? path.slice(1) : normalize(join(dirname(file), path));
    if (!from.startsWith('app/domain/') || !from.includes('.server.')) return [];
    const names = statement.importClause?.namedBindings;
    if (!names || !ts.isNamedImports(names)) return [];
    return names.elements
      .filter(({ isTypeOnly }) => !isTypeOnly)
      .map(({ name, propertyName }) => ({ name: (propertyName ?? name).text, from }));
  });
}

function bodyOf(from: string, name: string): string | null {
  for (const statement of parse(from).statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return statement.body?.getText() ?? '';
    if (!ts.isVariableStatement(statement)) continue;
    const declared = statement.declarationList.declarations.find((one) => one.name.getText() === name);
    if (declared) return declared.initializer?.getText() ?? '';
  }
  return null;
}

const reached = new Map(files.flatMap((file) => taken(file).map((one) => [`${one.name} of ${one.from}`, one] as const)));

test('the domain is found', () => {
  expect(reached.size).toBeGreaterThan(80);
  expect([...reached.values()].filter(({ from }) => !existsSync(from))).toEqual([]);
});

test.each([...reached])('%s asks whether whoever came may', (_, { name, from }) => {
  if (Object.hasOwn(asksNothing, name)) return;
  const body = bodyOf(from, name);
  // A constant is no act.
  if (body !== null && !/=>|\{/.test(body)) return;
  expect(body, `${name} is reached from outside: begin it with ask('…'), or say in this test why it asks nothing.`).toMatch(
    // examineFor asks for previews, guarded for acts on people.
    /\b(ask|assertRuns|guarded|examineFor)\(/,
  );
});

test('what is said to ask nothing is reached', () => {
  const names = new Set([...reached.values()].map(({ name }) => name));
  expect(Object.keys(asksNothing).filter((name) => !names.has(name))).toEqual([]);
});
