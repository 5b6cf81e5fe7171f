import { CsvError, type Parser } from 'csv-parse';
import { Problem } from '../problem.ts';
import type { ContactRow, ContactRows } from './contact-rows.ts';
import { createCsvParser, endParser, UnclosedQuote, writeBlock } from './csv-parser.server.ts';
import { declaredDelimiter, detectDelimiter } from './csv-sample.ts';
import { rowTooLong } from './decode.server.ts';
import { SAMPLE_BYTES } from './mapping.ts';
import { RowReader, type RowReaderOptions } from './row-reader.ts';

export interface CsvOptions extends RowReaderOptions {
  /** One character; default: found. */
  delimiter?: string | undefined;
}

/**
 * Reads contacts from a CSV file, in memory that does not grow with it.
 *
 * @param blocks UTF-8 text in whole lines, see decodeLines
 * @throws Problem 422, while reading, for a file that is no table of contacts
 */
export function readCsv(blocks: AsyncIterable<Buffer>, options: CsvOptions): ContactRows {
  const reader = new RowReader(options);
  const used: { delimiter: string | null } = { delimiter: null };
  return {
    batches: readBatches(blocks, reader, options, used),
    variables: () => reader.variables(),
    facts: () => reader.facts(used.delimiter),
  };
}

async function* readBatches(
  blocks: AsyncIterable<Buffer>,
  reader: RowReader,
  options: CsvOptions,
  used: { delimiter: string | null },
): AsyncGenerator<ContactRow[]> {
  let parser: Parser | null = null;
  let sample: Buffer[] = [];
  let sampleBytes = 0;
  const start = (complete: boolean): Parser => {
    const text = Buffer.concat(sample).toString();
    const declared = declaredDelimiter(text);
    if (declared !== null) {
      reader.skipLine();
    }
    const body = declared === null ? text : text.slice(text.indexOf('\n') + 1);
    const delimiter = options.delimiter ?? declared ?? detectDelimiter(body, complete);
    used.delimiter = delimiter;
    sample = [Buffer.from(body)];
    return createCsvParser(delimiter, (record, info, odd) => reader.take(record, info, odd));
  };
  try {
    for await (const block of blocks) {
      if (parser) {
        await writeBlock(parser, block);
      } else {
        sample.push(block);
        sampleBytes += block.length;
        if (sampleBytes < SAMPLE_BYTES) {
          continue;
        }
        parser = start(false);
        await writeBlock(parser, sample[0] as Buffer);
        sample = [];
      }
      yield reader.drain();
    }
    if (!parser) {
      parser = start(true);
      await writeBlock(parser, sample[0] as Buffer);
    }
    await endParser(parser);
    reader.end();
    yield reader.drain();
  } catch (error) {
    throw error instanceof CsvError || error instanceof UnclosedQuote ? explain(error, reader) : error;
  } finally {
    parser?.destroy();
  }
}

function explain(error: CsvError | UnclosedQuote, reader: RowReader): Problem {
  const line = reader.currentLine(error instanceof UnclosedQuote ? error.emptyLines : Number(error.empty_lines));
  if ('code' in error && error.code === 'CSV_MAX_RECORD_SIZE') {
    return rowTooLong(line);
  }
  return new Problem(
    422,
    'unclosed_quote',
    `A quotation mark (") opened in the row that starts on line ${line} is not closed properly. Close it, or double it ("") if it belongs to the text, and import the file again; nothing was imported.`,
    { cause: error },
  );
}
