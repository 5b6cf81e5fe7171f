import pg from 'pg';

export interface Column {
  name: string;
  /** As pg hands it to the code. */
  kind: string;
  /** Of an enum: all its values. */
  values: readonly string[] | null;
  /** It is a table's own column, and that may be null. */
  nullable: boolean;
}

type Described = { columns: Column[] } | { error: string };

interface Wire {
  parse(statement: { name: string; text: string; types: number[] }): void;
  describe(what: { type: 'S'; name: string }): void;
  sync(): void;
  on(event: string, listener: (message: never) => void): void;
  removeAllListeners(event: string): void;
}

/** What `pg` makes of PostgreSQL's types with our parser for int8; others come as text. */
const KINDS: Record<string, string> = {
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  oid: 'number',
  bool: 'boolean',
  timestamptz: 'Date',
  timestamp: 'Date',
  date: 'Date',
  bytea: 'Buffer',
  json: 'any',
  jsonb: 'any',
  void: 'any',
  _text: 'string[]',
  _int2: 'number[]',
  _int4: 'number[]',
  _float8: 'number[]',
  _bool: 'boolean[]',
  _int8: 'string[]',
  _numeric: 'number[]',
  _timestamptz: 'Date[]',
  _jsonb: 'any',
  _json: 'any',
};

/** Asks PostgreSQL what a statement would answer, without running it. */
export class Describer {
  readonly #client: pg.Client;
  readonly #types: Map<number, { name: string; values: string[] | null }>;
  readonly #nullable: Set<string>;

  private constructor(client: pg.Client, types: Map<number, { name: string; values: string[] | null }>, nullable: Set<string>) {
    this.#client = client;
    this.#types = types;
    this.#nullable = nullable;
  }

  /** @param texts all statements: temporary tables that some make are there for the others */
  static async open(url: string, texts: readonly string[]): Promise<Describer> {
    const client = new pg.Client(url);
    await client.connect();
    const types = await client.query<{ oid: number; name: string; values: string[] | null }>(
      `select t.oid, t.typname as name, (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = t.oid) as values from pg_type t`,
    );
    const nullable = await client.query<{ key: string }>(
      `select attrelid || '.' || attnum as key from pg_attribute join pg_class c on c.oid = attrelid where attnum > 0 and not attnotnull and relkind = 'r'`,
    );
    await client.query('begin');
    for (const text of texts.filter((one) => /^\s*create temporary table/.test(one))) await client.query(text);
    return new Describer(client, new Map(types.rows.map(({ oid, ...type }) => [oid, type])), new Set(nullable.rows.map(({ key }) => key)));
  }

  /** Of several statements in one text the columns of the last. */
  async describe(text: string): Promise<Described> {
    const whole = await this.describeOne(text);
    if (!('error' in whole) || !/multiple commands/.test(whole.error)) return whole;
    let last: Described = { columns: [] };
    for (const part of text.split(';')) if (part.trim() && !('error' in last)) last = await this.describeOne(part);
    return last;
  }

  private async describeOne(text: string): Promise<Described> {
    await this.#client.query('savepoint one');
    const { connection } = this.#client as unknown as { connection: Wire };
    let fields: pg.FieldDef[] = [];
    const error = await new Promise<Error | null>((resolve) => {
      // A query of pg's own, so that its turn comes and nobody else reads the answers.
      const query = {
        submit: () => {
          connection.parse({ name: '', text, types: [] });
          connection.describe({ type: 'S', name: '' });
          connection.sync();
          return null;
        },
        handleRowDescription: (message: { fields: pg.FieldDef[] }) => {
          fields = message.fields;
        },
        handleError: (failure: Error) => resolve(failure),
        handleReadyForQuery: () => resolve(null),
      };
      this.#client.query(query as never);
    });
    await this.#client.query('rollback to savepoint one');
    if (error) return { error: error.message };
    return {
      columns: fields.map(({ name, dataTypeID, tableID, columnID }) => {
        const type = this.#types.get(dataTypeID);
        return {
          name,
          kind: KINDS[type?.name ?? ''] ?? 'string',
          values: type?.values ?? null,
          nullable: this.#nullable.has(`${tableID}.${columnID}`),
        };
      }),
    };
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
